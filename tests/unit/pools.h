/* What the tests of pools share: pools read from a few words, and walks through them. */
#ifndef V6HOOK_UNIT_POOLS_H
#define V6HOOK_UNIT_POOLS_H

#include "unit.h"

#include "store/pool.h"

#define LISTED 16

struct spec {
	const char *ranges[LISTED], *exclude[LISTED]; /* up to the first null */
};

static struct config config;

static inline struct config_strings strings(const char *const *list)
{
	struct config_strings s = { .list = (char **)list };

	while (s.count < LISTED && list[s.count])
		s.count++;
	return s;
}

/* Reads pools of the given ranges; the configuration has no containers. */
static inline int read_pools(const struct spec *specs, size_t count, struct pools **ret,
			     struct error *e)
{
	static struct config_pool list[4];
	static char names[4][32];

	assert_in_range(count, 1, ARRAY_SIZE(list));
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "pool%zu", i);
		list[i] = (struct config_pool){ .name = names[i],
						.ranges = strings(specs[i].ranges),
						.exclude = strings(specs[i].exclude) };
	}
	config = (struct config){ .pools = list, .pool_count = count };
	return pools_new(&config, ret, e);
}

/* The pools of a configuration that is good. */
static inline struct pools *good_pools(const struct spec *specs, size_t count)
{
	struct pools *p = NULL;
	struct error e;

	check(read_pools(specs, count, &p, &e) == 0, "refused: %s", e.text);
	return p;
}

/* A pool of one range. */
static inline struct pools *range_pool(const char *range)
{
	return good_pools(&(struct spec){ { range }, { NULL } }, 1);
}

/* The identifiers of the addresses that a walk visits, at most `most` of them. */
static inline size_t walk(const struct pools *p, const char *ident, uint64_t *ids, size_t most)
{
	struct pool_walk w;
	struct in6_addr a;
	struct error e;
	size_t n = 0;

	pool_walk_start(&w, p->list, ident);
	while (n < most && pool_walk_next(&w, &a)) {
		check(pools_find(p, &a, &e) == p->list, "%s leaves its pool: %s", ident, e.text);
		ids[n++] = range_interface_id(&a);
	}
	return n;
}

/* The address that the walk of that name begins with. */
static inline uint64_t first_of(const struct pools *p, const char *ident)
{
	uint64_t id = 0;

	assert_int_equal(walk(p, ident, &id, 1), 1);
	return id;
}

/* For qsort: 64-bit numbers, the lowest first. */
static inline int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

#endif
