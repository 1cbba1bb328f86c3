/* Containers' own networks: what a container's network loses inside is put back at once. */
#ifndef V6HOOK_INNER_H
#define V6HOOK_INNER_H

#include <stdint.h>

#include "policy/context.h"
#include "watch/jobs.h"

struct inner;

/* @jobs: gets what is to be done. Returns null without memory or descriptors. */
struct inner *inner_new(struct jobs *jobs);
void inner_free(struct inner *in);

/* A descriptor that is readable when there is something for inner_event. */
int inner_fd(const struct inner *in);

/* Takes in what containers and the store tell. */
void inner_event(struct inner *in);

/*
 * Listens to what is attached now, looks at those of which something was told, and at each of the
 * others once a minute. To be called when it is due, and every second or so.
 * Returns when it is due again: milliseconds of the monotonic clock, or INT64_MAX.
 */
int64_t inner_act(struct inner *in, const struct context *c);

#endif
