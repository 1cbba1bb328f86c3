/* Which way an address leads out: the uplink of the range that it lies in. */
#include "policy/way.h"

const struct range *way_range(const struct pool *pool, const struct in6_addr *address)
{
	const struct range *range = pool->ranges;

	while (!range_contains(range, address))
		range++;
	return range;
}

int way_out(struct nl_sock *host, struct host_addresses *own, const struct pool *pool,
	    const struct in6_addr *address, int via, struct uplink *ret, struct error *e)
{
	struct in6_addr first, last;
	const struct range *range = way_range(pool, address);

	first = range_address(range->prefix, range->first);
	last = range_address(range->prefix, range->last);
	return uplink_find(host, own, pool->uplink, &first, &last, via, ret, e);
}
