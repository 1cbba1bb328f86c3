/* Containers' own networks: what a container's network loses inside is put back at once. */
#ifndef V6HOOK_INNER_H
#define V6HOOK_INNER_H

#include "watch/jobs.h"
#include "watch/kept.h"

struct inner {
	struct kept *kept;
	struct jobs *jobs;
	size_t turn;	 /* which is looked at next without any news, */
	int64_t turn_at; /* and when: milliseconds of the monotonic clock */
};

/*
 * Listens in the networks of those that are kept, looks at those of which something was told, and
 * at the others in turn. To be called when it is due, and every second or so.
 * Returns when it is due again: milliseconds of the monotonic clock, or INT64_MAX.
 */
int64_t inner_act(struct inner *in);

#endif
