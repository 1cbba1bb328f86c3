/* What the service counts, wherever in its processes it happens; metrics.c tells it. */
#ifndef V6HOOK_STATS_H
#define V6HOOK_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define STATS_BOUNDS 11 /* of the histogram, in stats_bounds_ms */

extern const unsigned int stats_bounds_ms[STATS_BOUNDS];

struct stats {
	int64_t started;		      /* seconds since the epoch */
	uint64_t attaches[STATS_BOUNDS + 1];  /* by how long they took; the last: longer */
	uint64_t attach_us;		      /* microseconds of all of them */
	uint64_t failures[STATUS_IN_USE + 1]; /* by the status that was earned */
	uint64_t hung;			      /* failures besides: jobs that were killed */
	uint64_t repairs;
	uint64_t told[2]; /* on_change: in vain, or not */
	uint64_t changes; /* how often anything of this was counted */
};

/* Begins; to be called before there are children. */
void stats_begin(void);

/* What was counted up to now: all zeros if nobody began. */
const struct stats *stats_get(void);

/* Microseconds of the monotonic clock, for stats_attached. */
int64_t stats_clock(void);

/* Something was attached, which was begun at that time. */
void stats_attached(int64_t begun_us);

/* Something failed, with that status. */
void stats_failed(enum status status);

void stats_hung(void);
void stats_repaired(void);

/* The program of on_change was run; whether it did what it is for. */
void stats_told(bool well);

#endif
