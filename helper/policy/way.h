/* Which way an address leads out: the uplink of the range that it lies in. */
#ifndef V6HOOK_WAY_H
#define V6HOOK_WAY_H

#include "net/uplink.h"
#include "store/pool.h"

/* The range of the pool that holds the address, which lies in the pool. */
const struct range *way_range(const struct pool *pool, const struct in6_addr *address);

/* Finds the uplink of the pool's range that holds the address. Returns 0 or -errno. */
int way_out(struct nl_sock *host, struct host_addresses *own, const struct pool *pool,
	    const struct in6_addr *address, int via, struct uplink *ret, struct error *e);

#endif
