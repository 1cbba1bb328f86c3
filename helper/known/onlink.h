/* Prefixes that are on-link on a bridge which containers are behind: who made it hands them out. */
#ifndef V6HOOK_ONLINK_H
#define V6HOOK_ONLINK_H

#include <net/if.h>

#include "net/own.h"
#include "store/pool.h"

/* Such a prefix, and where it is. */
struct onlink {
	struct in6_addr prefix;
	unsigned int length; /* 0: none */
	char bridge[IF_NAMESIZE];
};

/*
 * Whether the address is on-link on a container bridge: one that is no uplink. A bridge that
 * is empty and of nobody's making but the administrator's does not count if the whole range is on
 * it: who configured the one for v6hook made the other.
 * @pool: that holds the address; @route: what leads there, as the kernel told
 * @via: the container's bridge, or 0; @but: ifindex of a bridge that does not count, or 0
 */
bool onlink_find(struct nl_sock *host, const struct host_addresses *own, const struct pool *pool,
		 const struct in6_addr *address, const struct route *route, int via, int but,
		 struct onlink *ret);

/* Whether the bridge is Docker's by its name: others make theirs when a container starts. */
bool onlink_is_dockers(const char *name);

/* Whether a pool has addresses that are on-link on the interface. Returns 1, 0 or -errno. */
int onlink_pools(const struct pools *pools, struct host_addresses *own, int ifindex);

/* Whether the address lies in the prefix that was found. */
bool onlink_holds(const struct onlink *o, const struct in6_addr *address);

#endif
