/* One message of Incus's stream of events, and what it means for whoever serves containers. */
#ifndef V6HOOK_INCUS_EVENT_H
#define V6HOOK_INCUS_EVENT_H

#include "engine/event.h"

#define INCUS_RENAME "rename" /* the word for the journal */

/*
 * Reads one message. An instance of which something is told is to be looked at, and nothing more:
 * of its end, and of its former name, Incus tells without its ID. ret->id and ret->name are its
 * name.
 * @text: null for one that was too long to be kept
 */
void incus_event_read(const char *text, size_t len, struct engine_event *ret);

#endif
