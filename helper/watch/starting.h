/* A container that its engine is starting, or has started, of which nothing has been heard:
 * attached. */
#ifndef V6HOOK_STARTING_H
#define V6HOOK_STARTING_H

#include <stdbool.h>

#include "net/netns.h"
#include "known/context.h"

struct listing;

/* What is known of it, from the kernel. */
struct starting {
	const char *id; /* the engine's */
	bool podman;	/* else Docker's */
	pid_t first;	/* its first process, if it is starting */
	const struct netns *netns;
	const char *why; /* for the journal */
};

/*
 * Asks its engine, and attaches it as the service does that hears of a start: the same labels, the
 * same record. Takes 3 s at most for the engine.
 * Returns 0 and what it has, which is no address if it is to have none; or -errno. @ret_told: the
 * journal knows of the failure
 */
int starting_attach(struct context *c, const struct starting *s, struct listing *ret,
		    bool *ret_told, struct error *e);

#endif
