/* Pools: which addresses may be handed out at all, and in which order they are tried. */
#ifndef V6HOOK_POOL_H
#define V6HOOK_POOL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/config.h"
#include "base/error.h"
#include "store/range.h"

/*
 * Up to this many addresses (a /120) a pool gives its lowest free address; a larger one starts
 * from a hash of the container's name, so that the address is the same even without any state.
 */
#define POOL_SMALL 256

/*
 * From this size on (2^25, a /103) a pool has addresses with the same low 24 bits, and so with one
 * solicited-node multicast group (RFC 4291, 2.7.1), of which the kernel's lists are linear. It
 * gives those first that have POOL_LOW_BITS, and if they are fewer than POOL_WINDOW (from a /91
 * on), those of as many values beside it as make so many: a /96 has 64 groups, a /103 8192, of
 * 16384 addresses.
 */
#define POOL_WIDE (UINT64_C(1) << 25)
#define POOL_WINDOW (UINT64_C(1) << 14)
#define POOL_LOW_BITS 0x763668 /* "v6h" */

struct pool {
	const char *name; /* the configuration's */
	const char *uplink;
	bool routed;
	/*
	 * This host's name where others hand out of the same pool, or null: then each starts
	 * elsewhere, however small the pool is, so that they seldom want the same address.
	 */
	const char *among;
	struct range *ranges; /* as configured */
	size_t range_count;
	struct range *parts; /* ranges less exclusions and reserved identifiers; sorted, disjoint */
	size_t part_count;
	uint64_t size; /* addresses in the parts, at most UINT64_MAX */
};

struct pools {
	struct pool *list;
	size_t count;
};

/*
 * Reads the ranges of the configuration, which must outlive the result.
 * Returns 0 and pools for pools_free, or -errno with STATUS_USAGE and a message that names the
 * key: a range that cannot be read, ranges that overlap, an exclusion outside every range of its
 * pool, a pool in which the exclusions leave nothing, a container's address outside every pool.
 */
int pools_new(const struct config *c, struct pools **ret, struct error *e);
void pools_free(struct pools *p);

DEFINE_CLEANUP(struct pools *, cleanup_pools, pools_free)
#define _pools_ CLEANUP(cleanup_pools)

/*
 * The pool that may hand the address out.
 * Returns null with STATUS_USAGE and the reason (outside every range, excluded, reserved).
 */
const struct pool *pools_find(const struct pools *p, const struct in6_addr *address,
			      struct error *e);

/* Walks the addresses of a pool in the order in which they are to be tried. */
struct pool_walk {
	const struct pool *pool;
	uint64_t start, stride; /* from the name */
	unsigned int window;	/* how many of the low 24 bits vary in it */
	uint64_t places, place, step, left;
};

void pool_walk_start(struct pool_walk *w, const struct pool *pool, const char *ident);

/*
 * The next address to try; false when all were (in a pool of more: the first million). In a wide
 * pool an address may come again, once for each time that the window is doubled.
 */
bool pool_walk_next(struct pool_walk *w, struct in6_addr *ret);

#endif
