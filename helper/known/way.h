/* Which way an address leads out: the uplink of the range that it lies in. */
#ifndef V6HOOK_WAY_H
#define V6HOOK_WAY_H

#include "net/uplink.h"
#include "store/pool.h"

/* The range of the pool that holds the address, which lies in the pool. */
const struct range *way_range(const struct pool *pool, const struct in6_addr *address);

/* An address, and what is known of its way. */
struct way {
	const char *name; /* the uplink's, from the configuration, or null */
	const char *now;  /* the uplink's that it has, for when none can be told, or null */
	bool routed;	  /* the provider routes the range here */
	struct in6_addr first, last; /* the range */
	struct in6_addr address;
	int via; /* ifindex of the container's bridge, 0 if there is none yet */
};

/*
 * Finds the uplink: the one that is named, else as known/uplink.h says.
 * Returns 0; -ENODEV with STATUS_USAGE if there is no such interface, or none to be found; -ERANGE
 * if the range is larger than the prefix on the link; as uplink_choose and uplink_check; or -errno.
 */
int way_find(struct nl_sock *host, struct host_addresses *own, const struct way *w,
	     struct uplink *ret, struct error *e);

/* The same for an address of the pool. */
int way_out(struct nl_sock *host, struct host_addresses *own, const struct pool *pool,
	    const struct in6_addr *address, int via, const char *now, struct uplink *ret,
	    struct error *e);

#endif
