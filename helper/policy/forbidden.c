/* Which addresses are not to be handed out, though no lease has them. */
#include "policy/forbidden.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "known/trace.h"
#include "net/mark.h"
#include "net/route.h"
#include "policy/reserved.h"

/*
 * Whether a container bridge has the address on-link; not its own, where no engine hands them out:
 * LXC does not, and Docker has given it none.
 */
static bool is_engines(const struct choose *q, const struct in6_addr *address,
		       const struct route *route, struct onlink *ret)
{
	const bool none = q->owner || strncmp(q->ident, "lxc:", 4) == 0 || q->given->count == 0;
	struct error ignored;
	const struct pool *pool = pools_find(q->c->pools, address, &ignored);

	return pool && onlink_find(q->host, q->own, pool, address, route, q->port->via,
				   none ? q->port->via : 0, ret);
}

bool forbidden_is(const struct in6_addr *address, bool taking_back, void *arg)
{
	struct forbidden *s = arg;
	const struct choose *q = s->q;
	struct error ignored;
	struct lease lease;
	struct route route;
	struct trace trace;

	/* a pool may have a million of them */
	if (onlink_holds(&s->found, address) || reserved_is(q->c, q->own, address))
		return true;
	/* also one that is leased: it may be freed, and have rested */
	if (route_lookup(q->host, address, &route) < 0)
		return false;
	if (route.length != 128)
		return is_engines(q, address, &route, &s->found);
	/* one that is leased is refused by the caller anyway */
	if (!taking_back && q->c->store->ops->at(q->c->store, address, NULL, &ignored) != 0)
		return false;
	/* what still leads to a container is in use, whatever the leases say; and a route that the
	 * administrator made has a reason */
	if (taking_back || route.protocol != V6HOOK_PROTOCOL)
		return true;
	/* it is a killed run's, or the lease that accounts for it is lost: looking finds that */
	if (q->c->store->ops->at(q->c->store, address, &lease, &ignored) != 0)
		return true;
	/* or nothing but the kernel tells of it: then it is nobody's but the one to whom it leads
	 */
	return trace_leads(q->host, address, &trace) &&
	       memcmp(trace.mac, q->port->mac, sizeof(trace.mac)) != 0;
}

int forbidden_label(const struct choose *q, const struct in6_addr *address, struct error *e)
{
	char text[INET6_ADDRSTRLEN];
	struct onlink found;
	struct route route;

	if (route_lookup(q->host, address, &route) < 0 || !is_engines(q, address, &route, &found))
		return 0;
	return error_set(e, STATUS_IN_USE, -EADDRINUSE,
			 "address %s is on-link on %s, whose engine hands it out",
			 inet_ntop(AF_INET6, address, text, sizeof(text)), found.bridge);
}
