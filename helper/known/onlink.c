/*
 * Prefixes that are on-link on a bridge which containers are behind: who made it hands them out.
 *
 * Theory of operation: Docker and Podman give the lowest free address of a network's subnet, as
 * v6hook does of a small pool, and none of them asks the others. So what is on-link there is left
 * to the engine. The kernel knows where that is: the answer to the look-up that a new address needs
 * anyway. No engine is asked, which may hang, and not more than one link is looked at.
 */
#include "known/onlink.h"

#include <string.h>

#include "known/way.h"
#include "net/link.h"

#define DOCKER_DIGITS 12 /* of the network's ID, in the name that its bridge has by default */

bool onlink_is_dockers(const char *name)
{
	const char *digits = name + 3;

	if (strncmp(name, "docker", 6) == 0)
		return true;
	return strncmp(name, "br-", 3) == 0 &&
	       strspn(digits, "0123456789abcdef") == DOCKER_DIGITS && !digits[DOCKER_DIGITS];
}

/* Whether the whole range has the first bits of the address. */
static bool is_whole(const struct range *range, const struct in6_addr *address, unsigned int length)
{
	const struct in6_addr first = range_address(range->prefix, range->first);
	const struct in6_addr last = range_address(range->prefix, range->last);

	return in_prefix(&first, address, length) && in_prefix(&last, address, length);
}

bool onlink_find(struct nl_sock *host, const struct host_addresses *own, const struct pool *pool,
		 const struct in6_addr *address, const struct route *route, int via, int but,
		 struct onlink *ret)
{
	struct route out;
	struct link link;

	if (route->has_gateway || route->local || route->length == 0 || route->length == 128 ||
	    route->ifindex == own->standard.ifindex || route->ifindex == but ||
	    link_by_index(host, route->ifindex, &link) < 0 || strcmp(link.kind, "bridge") != 0)
		return false;
	/* an uplink, by the configuration or by the routing rules */
	if (pool->uplink && strcmp(pool->uplink, link.name) == 0)
		return false;
	if (route_out(host, address, via, &out) == 0 && out.ifindex == link.ifindex)
		return false;
	if (!link.carrier && !onlink_is_dockers(link.name) &&
	    is_whole(way_range(pool, address), address, route->length))
		return false;
	ret->prefix = *address;
	ret->length = route->length;
	memcpy(ret->bridge, link.name, sizeof(ret->bridge));
	return true;
}

bool onlink_holds(const struct onlink *o, const struct in6_addr *address)
{
	return o->length && in_prefix(address, &o->prefix, o->length);
}

/* Whether the pool has addresses in the prefix. */
static bool is_part(const struct pool *pool, const struct range *prefix)
{
	for (size_t i = 0; i < pool->range_count; i++)
		if (range_overlaps(&pool->ranges[i], prefix))
			return true;
	return false;
}

int onlink_pools(const struct pools *pools, struct host_addresses *own, int ifindex)
{
	int r = host_addresses_of(own, ifindex);

	for (size_t i = 0; r == 0 && i < own->count; i++) {
		const struct address *a = &own->list[i];
		const struct range prefix = range_of_prefix(&a->address, a->length);

		for (size_t k = 0; a->ifindex == ifindex && a->length < 128 && k < pools->count;
		     k++)
			if (is_part(&pools->list[k], &prefix))
				return 1;
	}
	return r;
}
