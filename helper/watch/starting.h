/* A container that its engine is starting, or has started, of which nothing has been heard:
 * attached. */
#ifndef V6HOOK_STARTING_H
#define V6HOOK_STARTING_H

#include <stdbool.h>

#include "net/netns.h"
#include "watch/keeper.h"
#include "known/context.h"

struct listing;

/*
 * Asks its engine, and attaches it as the service does that hears of a start: the same labels, the
 * same record. Takes 3 s at most for the engine.
 * @kept, @netns: what the kernel says of it; @why: for the journal
 * Returns 0 and what it has, which is no address if it is to have none; or -errno. @ret_told: the
 * journal knows of the failure
 */
int starting_attach(struct context *c, const struct kept_process *kept, const struct netns *netns,
		    const char *why, struct listing *ret, bool *ret_told, struct error *e);

#endif
