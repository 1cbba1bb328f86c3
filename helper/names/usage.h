/* How full the pools are, by what is stored. */
#ifndef V6HOOK_USAGE_H
#define V6HOOK_USAGE_H

#include "known/context.h"

struct holder;
struct look;

struct usage {
	uint64_t leased;  /* of its addresses */
	uint64_t resting; /* given up a while ago, or another's on the link */
	uint64_t free;	  /* the others; at most UINT64_MAX */
};

/* Counts those of one pool. @l: with the store read */
struct usage usage_of(const struct context *c, const struct look *l, const struct pool *pool);

/* Whether a lease that was given up keeps its address still. */
bool usage_rests(const struct context *c, const struct holder *h);

#endif
