/* One line of Docker's stream of events, and what it means for whoever serves containers. */
#ifndef V6HOOK_DOCKER_EVENT_H
#define V6HOOK_DOCKER_EVENT_H

#include <stddef.h>

#include "engine/event.h"

/* Reads one line. @line: null for one that was too long to be kept */
void docker_event_read(const char *line, size_t len, struct engine_event *ret);

#endif
