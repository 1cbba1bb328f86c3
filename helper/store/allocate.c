/* Finding a container an address: a free one, or else that of the lease which was idle longest. */
#include "store/allocate.h"

#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "store/reclaim.h"

#define FEW 8 /* addresses that are tried before it is noted that one looks for a free one */

/*
 * Tries the addresses of one pool. @most: so many of them; @ret_rests: set if one of them is about
 * to be free
 * Returns 1 and the lease, 0 when none is free, or -errno.
 */
static int try_pool(struct lease_store *s, const struct pool *pool, uint64_t most,
		    const char *ident, lease_forbidden forbidden, void *arg, unsigned int hold_s,
		    struct lease *ret, bool *ret_rests, struct error *e)
{
	struct lease lease, holder;
	struct pool_walk walk;
	struct in6_addr address;

	pool_walk_start(&walk, pool, ident);
	while (most-- && pool_walk_next(&walk, &address)) {
		int r;

		if (forbidden && forbidden(&address, false, arg)) {
			*ret_rests = true;
			continue;
		}
		lease = lease_new(s, ident, &address, false);
		r = lease_claim_rested(s, &lease, hold_s, &holder, e);
		if (r == 0) {
			*ret = lease;
			return 1;
		}
		if (r != -EEXIST && r != -EBADMSG)
			return r;
		*ret_rests |= r == -EEXIST && holder.freed;
	}
	return 0;
}

/* A number that tells these pools from others. */
static uint64_t ranges_of(const struct pools *pools)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < pools->count; i++)
		for (size_t k = 0; k < pools->list[i].part_count; k++) {
			const struct range *part = &pools->list[i].parts[k];
			char text[64];

			snprintf(text, sizeof(text), "%llx %llx %llx",
				 (unsigned long long)part->prefix, (unsigned long long)part->first,
				 (unsigned long long)part->last);
			sum = text_hash(text, sum);
		}
	return sum;
}

/* Whether the pools are so large that looking for a free address is worth being spared. */
static bool are_large(const struct pools *pools)
{
	uint64_t size = 0;

	for (size_t i = 0; i < pools->count; i++)
		size += pools->list[i].size < UINT32_MAX ? pools->list[i].size : UINT32_MAX;
	return size > POOL_SMALL;
}

/*
 * Tries the addresses of all pools. @ranges: their number, 0 if a hint is not worth it
 * Returns 1 and the lease, 0 when none is free, or -errno.
 */
static int try_pools(struct lease_store *s, const struct pools *pools, uint64_t ranges,
		     const char *ident, lease_forbidden forbidden, void *arg, unsigned int hold_s,
		     struct lease *ret, struct error *e)
{
	bool rests = false;
	int r = 0;

	/* most find one at once: then nothing need be noted */
	if (ranges)
		r = try_pool(s, &pools->list[0], FEW, ident, forbidden, arg, hold_s, ret, &rests,
			     e);
	if (r != 0)
		return r;
	rests = false;
	if (ranges)
		s->ops->full(s, LEASE_FULL_LOOKING, ranges);
	for (size_t i = 0; r == 0 && i < pools->count; i++)
		r = try_pool(s, &pools->list[i], UINT64_MAX, ident, forbidden, arg, hold_s, ret,
			     &rests, e);
	if (ranges && r == 0 && !rests)
		s->ops->full(s, LEASE_FULL_FOUND, ranges);
	return r;
}

/* Claims an address that was taken back a moment ago. Returns as the claim of a store does. */
static int claim_freed(struct lease_store *s, const struct in6_addr *freed, uint64_t ranges,
		       const char *ident, struct lease *ret, struct error *e)
{
	struct lease lease = lease_new(s, ident, freed, false), holder;
	int r;

	if (ranges)
		s->ops->full(s, LEASE_FULL_LOOKING, ranges);
	r = s->ops->claim(s, &lease, &holder, e);
	if (r < 0)
		return r;
	if (ranges)
		s->ops->full(s, LEASE_FULL_FOUND, ranges);
	*ret = lease;
	return 0;
}

int lease_allocate(struct lease_store *s, const struct pools *pools, const char *ident,
		   lease_forbidden forbidden, void *arg, unsigned int hold_s, struct lease *ret,
		   struct error *e)
{
	uint64_t ranges = are_large(pools) ? ranges_of(pools) : 0;
	bool doubt = false; /* the hint that none is free has led to nothing */

	for (int tries = 0; tries < 16; tries++) {
		bool full = ranges && !doubt && s->ops->is_full(s, ranges);
		_close_ int lock = -1;
		struct in6_addr freed;
		int r = full ? 0
			     : try_pools(s, pools, ranges, ident, forbidden, arg, hold_s, ret, e);

		if (r != 0)
			return r < 0 ? r : 0;
		r = s->ops->lock(s, LOCK_RECLAIM, NULL, false, LEASE_RECLAIM_WAIT_MS, &lock, e);
		if (r == 0)
			r = reclaim_one(s, pools, ident, forbidden, arg, hold_s, &freed, e);
		if (r == 0)
			r = claim_freed(s, &freed, ranges, ident, ret, e);
		doubt = r == -ENOSPC && full;
		/* others may have claimed it already: then once more from the beginning */
		if (!doubt && r != -EEXIST && r != -EBADMSG)
			return r;
	}
	return error_set(e, STATUS_FULL, -ENOSPC,
			 "no free address: others took each one that became free");
}

/* Whether one of the first addresses of a pool is free. Returns 1, 0 or -errno. */
static int has_free(struct lease_store *s, const struct pool *pool, lease_forbidden forbidden,
		    void *arg, unsigned int hold_s, struct error *e)
{
	struct in6_addr address;
	struct pool_walk walk;
	struct lease lease;

	pool_walk_start(&walk, pool, "");
	for (int i = 0; i < POOL_SMALL && pool_walk_next(&walk, &address); i++) {
		int r;

		if (forbidden(&address, false, arg))
			continue;
		/* whose one is that is missing would be looked for in all records */
		r = s->ops->at(s, &address, NULL, e);
		if (r == 1)
			r = s->ops->at(s, &address, &lease, e);
		if (r < 0)
			return r;
		if (r == 0 || (lease.freed && !*lease.trouble && !lease_rests(&lease, hold_s)))
			return 1;
	}
	return 0;
}

int lease_has_room(struct lease_store *s, const struct pools *pools, lease_forbidden forbidden,
		   void *arg, unsigned int hold_s, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pools->count; i++)
		r = has_free(s, &pools->list[i], forbidden, arg, hold_s, e);
	if (r == 0 && are_large(pools) && !s->ops->is_full(s, ranges_of(pools)))
		r = 1;
	return r ? r : reclaim_could(s, pools, forbidden, arg, hold_s, e);
}
