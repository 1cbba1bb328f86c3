/* How full the pools are, by what is stored. */
#include "names/usage.h"

#include "world/look.h"

static uint64_t count(const struct context *c, const struct holders *h, const struct pool *pool,
		      bool resting)
{
	struct error ignored;
	uint64_t n = 0;

	for (size_t i = 0; i < h->count; i++)
		n += pools_find(c->pools, &h->list[i].address, &ignored) == pool &&
		     (!resting || usage_rests(c, &h->list[i]));
	return n;
}

bool usage_rests(const struct context *c, const struct holder *h)
{
	const struct lease lease = { .freed = h->since };

	return lease_rests(&lease, c->config->hold_s);
}

struct usage usage_of(const struct context *c, const struct look *l, const struct pool *pool)
{
	struct usage u = {
		.leased = count(c, &l->present, pool, false) + count(c, &l->strays, pool, false),
		.resting = count(c, &l->resting, pool, true),
	};
	const uint64_t taken = u.leased + u.resting;

	u.free = pool->size > taken ? pool->size - taken : 0;
	return u;
}
