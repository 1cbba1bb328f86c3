/* When the world has to be looked at: what the service listens to, and what it makes of it. */
#ifndef V6HOOK_DRIFT_H
#define V6HOOK_DRIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "known/context.h"
#include "watch/jobs.h"
#include "watch/loop.h"

struct drift;

/*
 * Begins to listen to the store and to the kernel. @context, @jobs: they outlive this
 * Returns 0 or -errno.
 */
int drift_open(const struct context *context, struct loop *loop, struct jobs *jobs,
	       struct drift **ret, struct error *e);

/* Ends that, and gives up the addresses that are kept ready. */
void drift_close(struct drift *d);

/* Has everything judged soon: the configuration is another, or the engine has told what runs. */
void drift_all(struct drift *d);

/* A number that is another when something has changed in the store. */
uint64_t drift_changes(const struct drift *d);

/* To be called every second: for what nothing is told of. */
void drift_tick(struct drift *d);

/* Does what is due. Returns when it is to be called again: milliseconds of the monotonic clock. */
int64_t drift_act(struct drift *d);

/* A reconciliation has ended. @cpu_ms: the time that it took of a processor */
void drift_judged(struct drift *d, bool failed, int64_t cpu_ms);

#endif
