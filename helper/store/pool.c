/*
 * Pools: which addresses may be handed out at all, and in which order they are tried.
 *
 * Theory of operation: at the start each pool is cut into parts, the sorted disjoint pieces of its
 * ranges that are left when exclusions and reserved identifiers are taken out. An address may be
 * handed out if a part holds it, and the n-th address of a pool is found by counting through the
 * parts. A walk visits each of the places 0..n-1 once: in their order in a small pool; in a large
 * one from a place and with a step that both come from the name's hash (the step has no divisor
 * in common with n), so that two names that start at the same place part at once.
 */
#include "store/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define LOW_MASK UINT64_C(0xffffff)
#define WALK_MOST (UINT64_C(1) << 20) /* places tried at most */

static int by_address(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Takes hole out of the parts. The list has room for one more. */
static void cut_out(struct pool *p, const struct range *hole)
{
	size_t n = p->part_count;

	for (size_t i = 0; i < n; i++) {
		struct range *part = &p->parts[i], old = *part;

		if (!range_overlaps(&old, hole))
			continue;
		if (hole->first > old.first && hole->last < old.last) {
			part->last = hole->first - 1;
			p->parts[p->part_count++] =
				(struct range){ old.prefix, hole->last + 1, old.last };
		} else if (hole->first > old.first) {
			part->last = hole->first - 1;
		} else if (hole->last < old.last) {
			part->first = hole->last + 1;
		} else {
			*part = p->parts[--p->part_count];
			i--;
			n = p->part_count < n ? p->part_count : n;
		}
	}
}

static int read_ranges(const struct config_strings *texts, size_t pool, const char *key,
		       struct range *ret, struct error *e)
{
	for (size_t i = 0; i < texts->count; i++) {
		int r = range_parse(texts->list[i], &ret[i], e);

		if (r < 0)
			return error_prefix(e, r, "pools[%zu].%s[%zu]", pool, key, i);
	}
	return 0;
}

/* Whether range number i of p overlaps one before it, or one of the pools before p. */
static int check_overlap(const struct pools *all, size_t pool, size_t i, struct error *e)
{
	for (size_t q = 0; q <= pool; q++) {
		const struct pool *other = &all->list[q];
		size_t count = q == pool ? i : other->range_count;

		for (size_t k = 0; k < count; k++)
			if (range_overlaps(&all->list[pool].ranges[i], &other->ranges[k]))
				return error_set(e, STATUS_USAGE, -EINVAL,
						 "pools[%zu].ranges[%zu] overlaps "
						 "pools[%zu].ranges[%zu]",
						 pool, i, q, k);
	}
	return 0;
}

/* Takes the exclusions and the reserved identifiers out of the pool's parts. */
static int cut_exclusions(struct pool *p, const struct range *exclude, size_t count, size_t number,
			  struct error *e)
{
	for (size_t i = 0; i < count; i++) {
		bool inside = false;

		for (size_t k = 0; k < p->range_count; k++)
			inside |= range_overlaps(&p->ranges[k], &exclude[i]);
		if (!inside)
			return error_set(e, STATUS_USAGE, -EINVAL,
					 "pools[%zu].exclude[%zu] lies in no range "
					 "of its pool",
					 number, i);
		cut_out(p, &exclude[i]);
	}
	for (size_t k = 0; k < p->range_count; k++) {
		struct range reserved[RANGE_RESERVED];
		size_t n = range_reserved(p->ranges[k].prefix, reserved);

		for (size_t i = 0; i < n; i++)
			cut_out(p, &reserved[i]);
	}
	if (p->part_count == 0)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "pools[%zu].exclude leaves no address to hand out", number);
	return 0;
}

static int pool_read(const struct config_pool *from, struct pools *all, size_t number,
		     struct error *e)
{
	struct pool *p = &all->list[number];
	_free_ struct range *exclude = NULL;
	int r;

	p->name = from->name;
	p->uplink = from->uplink;
	p->routed = from->routed;
	p->ranges = calloc(from->ranges.count, sizeof(*p->ranges));
	exclude = calloc(from->exclude.count + 1, sizeof(*exclude));
	/* a cut makes at most one more part */
	p->parts = calloc(from->ranges.count * (1 + RANGE_RESERVED) + from->exclude.count,
			  sizeof(*p->parts));
	if (!p->ranges || !exclude || !p->parts)
		return error_sys(e, -ENOMEM, "pools[%zu]", number);
	r = read_ranges(&from->ranges, number, "ranges", p->ranges, e);
	if (r == 0)
		r = read_ranges(&from->exclude, number, "exclude", exclude, e);
	p->range_count = from->ranges.count;
	for (size_t i = 0; r == 0 && i < p->range_count; i++)
		r = check_overlap(all, number, i, e);
	if (r < 0)
		return r;
	memcpy(p->parts, p->ranges, p->range_count * sizeof(*p->parts));
	p->part_count = p->range_count;
	r = cut_exclusions(p, exclude, from->exclude.count, number, e);
	if (r < 0)
		return r;
	qsort(p->parts, p->part_count, sizeof(*p->parts), by_address);
	for (size_t i = 0; i < p->part_count; i++) {
		uint64_t n = p->parts[i].last - p->parts[i].first + 1;

		p->size = p->size > UINT64_MAX - n ? UINT64_MAX : p->size + n;
	}
	return 0;
}

int pools_new(const struct config *c, struct pools **ret, struct error *e)
{
	_pools_ struct pools *p = calloc(1, sizeof(*p));
	int r;

	if (!p || !(p->list = calloc(c->pool_count, sizeof(*p->list))))
		return error_sys(e, -ENOMEM, "pools");
	for (size_t i = 0; i < c->pool_count; i++) {
		p->count++;
		r = pool_read(&c->pools[i], p, i, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < c->container_count; i++)
		if (c->containers[i].has_address && !pools_find(p, &c->containers[i].address, e))
			return error_prefix(e, -EINVAL, "containers.%s.address",
					    c->containers[i].ident);
	*ret = steal_ptr(&p);
	return 0;
}

void pools_free(struct pools *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->list[i].ranges);
		free(p->list[i].parts);
	}
	free(p->list);
	free(p);
}

static bool any_contains(const struct range *list, size_t count, const struct in6_addr *address)
{
	for (size_t i = 0; i < count; i++)
		if (range_contains(&list[i], address))
			return true;
	return false;
}

const struct pool *pools_find(const struct pools *p, const struct in6_addr *address,
			      struct error *e)
{
	char text[INET6_ADDRSTRLEN];
	const char *why = "lies in no range of the configuration";

	for (size_t i = 0; i < p->count; i++) {
		const struct pool *pool = &p->list[i];
		struct range reserved[RANGE_RESERVED];

		if (any_contains(pool->parts, pool->part_count, address))
			return pool;
		if (!any_contains(pool->ranges, pool->range_count, address))
			continue;
		range_reserved(range_prefix_of(address), reserved);
		why = any_contains(reserved, RANGE_RESERVED, address)
			      ? "is reserved (subnet-router anycast or RFC 5453)"
			      : "is excluded by the configuration";
	}
	error_set(e, STATUS_USAGE, -ERANGE, "address %s %s",
		  inet_ntop(AF_INET6, address, text, sizeof(text)), why);
	return NULL;
}

/* How many addresses of the part end in POOL_LOW_BITS; *first is the lowest of them. */
static uint64_t vast_places(const struct range *part, uint64_t *first)
{
	uint64_t lowest = (part->first & ~LOW_MASK) | POOL_LOW_BITS;

	if (lowest < part->first && (lowest += LOW_MASK + 1) < part->first)
		return 0; /* past the end of the /64 */
	*first = lowest;
	return lowest > part->last ? 0 : (part->last - lowest) / (LOW_MASK + 1) + 1;
}

static uint64_t part_places(const struct pool *p, const struct range *part, uint64_t *first)
{
	if (p->size >= POOL_VAST)
		return vast_places(part, first);
	*first = part->first;
	return part->last - part->first + 1;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void pool_walk_start(struct pool_walk *w, const struct pool *pool, const char *ident)
{
	uint64_t first;

	*w = (struct pool_walk){ .pool = pool, .step = 1 };
	for (size_t i = 0; i < pool->part_count; i++)
		w->places += part_places(pool, &pool->parts[i], &first);
	w->left = w->places < WALK_MOST ? w->places : WALK_MOST;
	if (w->places <= POOL_SMALL)
		return;
	w->place = text_hash(ident, 1) % w->places;
	w->step = 1 + text_hash(ident, 2) % (w->places - 1);
	while (common_divisor(w->places, w->step) != 1)
		w->step = w->step % (w->places - 1) + 1;
}

bool pool_walk_next(struct pool_walk *w, struct in6_addr *ret)
{
	const struct pool *p = w->pool;
	uint64_t place = w->place;

	if (w->left == 0)
		return false;
	w->left--;
	w->place = w->place >= w->places - w->step ? w->place - (w->places - w->step)
						   : w->place + w->step;
	for (size_t i = 0; i < p->part_count; i++) {
		uint64_t first, n = part_places(p, &p->parts[i], &first);

		if (place < n) {
			if (p->size >= POOL_VAST)
				place *= LOW_MASK + 1;
			*ret = range_address(p->parts[i].prefix, first + place);
			return true;
		}
		place -= n;
	}
	return false;
}
