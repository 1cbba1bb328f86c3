/* When the files that are made of what is stored are made anew, and "on_change" is told. */
#ifndef V6HOOK_VIEWS_H
#define V6HOOK_VIEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "known/context.h"
#include "watch/jobs.h"

/* When which of them is due, in ms of the monotonic clock; VIEWS_NEVER if it is not. */
struct views {
	int64_t made_at, tell_at, rest_at;
	int64_t made_from, tell_from; /* not before */
	int64_t made_pause, tell_pause;
	int64_t made_begun, tell_begun;
	char *hosts, *metrics; /* the files that were made last, or null */
	uint64_t seen;	       /* of changes of the store, */
	uint64_t counted;      /* and of what is counted (stats.h) */
};

#define VIEWS_NEVER INT64_MAX

/*
 * Has all of it seen to: at the beginning, or with another configuration. A file that this names no
 * more is removed, as nobody would keep it true.
 */
void views_all(struct views *v, const struct config *config);

/* The service ends: what tells how it is goes with it. */
void views_end(struct views *v);

/*
 * Takes on what is due. @changes: a number that is another when the store has changed
 * Returns when to call this again, VIEWS_NEVER if only after a change.
 */
int64_t views_act(struct views *v, const struct context *c, struct jobs *jobs, uint64_t changes);

/* A job of the kind has ended. */
void views_ended(struct views *v, uint32_t kind, bool failed);

#endif
