/* Leases of containers that are no more: they give way to who names their address. */
#ifndef V6HOOK_FORGOTTEN_H
#define V6HOOK_FORGOTTEN_H

#include "known/context.h"

/*
 * Whether a lease has been idle for hold_s, and its container is no more, as its engine says: what
 * the engine does not say is not so. A user's container is none of these.
 * @a: its record, or null; @known: as in struct request
 */
bool forgotten(const struct context *c, const struct lease *lease, const struct attachment *a,
	       int (*known)(const struct config_engine *engine, const char *name));

#endif
