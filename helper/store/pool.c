/*
 * Pools: which addresses may be handed out at all, and in which order they are tried.
 *
 * Theory of operation: at the start each pool is cut into parts, the sorted disjoint pieces of its
 * ranges that are left when exclusions and reserved identifiers are taken out. An address may be
 * handed out if a part holds it, and the n-th address of a pool is found by counting through the
 * parts. A walk visits each of the places 0..n-1 once: in their order in a small pool; in a large
 * one from a place and with a step that both come from the name's hash (the step has no divisor
 * in common with n), so that two names that start at the same place part at once.
 *
 * Addresses with the same low 24 bits share one solicited-node multicast group (RFC 4291, 2.7.1),
 * and the kernel looks through a list of all groups for each solicitation. So a wide pool, in which
 * many addresses have the same low 24 bits, is walked in windows: first through the addresses whose
 * low 24 bits are, but for the last few, those of POOL_LOW_BITS. The few are as few as make
 * POOL_WINDOW places, a number that depends on the pool alone: with fewer places more names would
 * meet, and what a name gets without any state would depend on who came before it. Once
 * POOL_TRIES of a window are taken it is nearly full, and the next is twice as wide. The last one
 * is the pool; for a pool that is not wide it is the only one.
 */
#include "store/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define GROUP_BITS 24		      /* of an address, that make its multicast group */
#define POOL_TRIES 128		      /* places tried in one window, but for the last */
#define WALK_MOST (UINT64_C(1) << 20) /* places tried at most in the last */

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

/* The lowest that the low 24 bits of an address in the window are. */
static uint64_t window_start(unsigned int window)
{
	return (uint64_t)POOL_LOW_BITS >> window << window;
}

/* How many identifiers below this one are in the window. */
static uint64_t places_below(uint64_t id, unsigned int window)
{
	const uint64_t width = UINT64_C(1) << window, start = window_start(window);
	const uint64_t low = id & ((UINT64_C(1) << GROUP_BITS) - 1);
	const uint64_t inside = low < start ? 0 : low - start < width ? low - start : width;

	return (id >> GROUP_BITS << window) + inside;
}

/* How many addresses of the part are in the window. */
static uint64_t part_places(const struct range *part, unsigned int window)
{
	const uint64_t start = window_start(window);
	const uint64_t low = part->last & ((UINT64_C(1) << GROUP_BITS) - 1);

	return places_below(part->last, window) - places_below(part->first, window) +
	       (low >= start && low - start < UINT64_C(1) << window);
}

/* How many addresses of the pool are in the window, at most UINT64_MAX. */
static uint64_t pool_places(const struct pool *p, unsigned int window)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->part_count; i++) {
		uint64_t n = part_places(&p->parts[i], window);

		sum = sum > UINT64_MAX - n ? UINT64_MAX : sum + n;
	}
	return sum;
}

/* @among: as in struct pool */
static int pool_read(const struct config_pool *from, const char *among, struct pools *all,
		     size_t number, struct error *e)
{
	struct pool *p = &all->list[number];
	_free_ struct range *exclude = NULL;
	int r;

	p->name = from->name;
	p->uplink = from->uplink;
	p->routed = from->routed;
	p->among = among;
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
	p->size = pool_places(p, GROUP_BITS);
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
		r = pool_read(&c->pools[i], c->store.etcd.count ? c->store.host : NULL, p, i, e);
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

/* The place-th address of the pool in the window. */
static struct in6_addr pool_address(const struct pool *p, unsigned int window, uint64_t place)
{
	const struct range *part = p->parts;
	uint64_t n;

	for (; place >= (n = part_places(part, window)); part++)
		place -= n;
	place += places_below(part->first, window);
	return range_address(part->prefix, (place >> window << GROUP_BITS) + window_start(window) +
						   (place & ((UINT64_C(1) << window) - 1)));
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

/* Begins with the addresses of one window. */
static void enter(struct pool_walk *w, unsigned int window)
{
	const uint64_t most = window == GROUP_BITS ? WALK_MOST : POOL_TRIES;

	w->window = window;
	w->places = pool_places(w->pool, window);
	w->left = w->places < most ? w->places : most;
	w->place = 0;
	w->step = 1;
	if (w->places <= (w->pool->among ? 2 : POOL_SMALL))
		return;
	w->place = w->start % w->places;
	w->step = 1 + w->stride % (w->places - 1);
	while (common_divisor(w->places, w->step) != 1)
		w->step = w->step % (w->places - 1) + 1;
}

/* How many of its low 24 bits vary in the pool's first window. */
static unsigned int first_window(const struct pool *p)
{
	unsigned int window = 0;

	if (p->size < POOL_WIDE)
		return GROUP_BITS;
	while (pool_places(p, window) < POOL_WINDOW)
		window++;
	return window;
}

void pool_walk_start(struct pool_walk *w, const struct pool *pool, const char *ident)
{
	const uint64_t seed = pool->among ? text_hash(pool->among, 0) : 0;

	*w = (struct pool_walk){ .pool = pool,
				 .start = text_hash(ident, seed + 1),
				 .stride = text_hash(ident, seed + 2) };
	enter(w, first_window(pool));
}

bool pool_walk_next(struct pool_walk *w, struct in6_addr *ret)
{
	if (w->left == 0 && w->window < GROUP_BITS)
		enter(w, w->window + 1);
	if (w->left == 0)
		return false;
	w->left--;
	*ret = pool_address(w->pool, w->window, w->place);
	w->place = w->place >= w->places - w->step ? w->place - (w->places - w->step)
						   : w->place + w->step;
	return true;
}
