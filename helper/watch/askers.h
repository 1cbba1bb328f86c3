/* The connections on the service's socket: who waits for an answer, and for how long at most. */
#ifndef V6HOOK_ASKERS_H
#define V6HOOK_ASKERS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "known/context.h"
#include "watch/loop.h"

struct askers;

/*
 * Listens on a Unix socket (door.c). @loop: hears of all connections; @context: what the requests
 * work with. Returns 0 or -errno with a message.
 */
int askers_open(const char *path, const struct context *context, struct loop *loop,
		struct askers **ret, struct error *e);

/*
 * Listens on another socket from now on, if it is another. Who has come already is served.
 * Returns 0, or -errno with a message: then it listens where it did.
 */
int askers_move(struct askers *a, const char *path, struct error *e);

/* Waits for the requests under way, and drops the others. */
void askers_close(struct askers *a);

/* A process ended. @failed: with another status than 0. Returns whether it was a request's. */
bool askers_ended(struct askers *a, pid_t pid, bool failed);

/*
 * Hangs up on those whose time is over. @now: milliseconds of the monotonic clock
 * Returns when to be called again, INT64_MAX for never.
 */
int64_t askers_expire(struct askers *a, int64_t now);

#endif
