/* What the kernel still tells of an address whose lease is lost. */
#include "known/trace.h"

#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "net/mark.h"
#include "net/neigh.h"
#include "net/route.h"

bool trace_leads(struct nl_sock *host, const struct in6_addr *address, struct trace *ret)
{
	struct route route;

	if (route_lookup(host, address, &route) < 0 || route.length != 128 ||
	    route.protocol != V6HOOK_PROTOCOL ||
	    neigh_is_marked(host, address, route.ifindex, ret->mac) != 1)
		return false;
	ret->via = route.ifindex;
	return true;
}

/* What trace_find looks for. */
struct search {
	const struct context *c;
	struct nl_sock *host;
	const struct port *port;
	struct in6_addr *ret;
};

static int on_address(const struct address *a, void *arg)
{
	const struct search *s = arg;
	struct error ignored;
	struct trace t;

	if (!a->ours || IN6_IS_ADDR_LINKLOCAL(&a->address) ||
	    s->c->store->ops->at(s->c->store, &a->address, NULL, &ignored) != 0 ||
	    !trace_leads(s->host, &a->address, &t) || t.via != s->port->via ||
	    memcmp(t.mac, s->port->mac, sizeof(t.mac)) != 0)
		return 0;
	*s->ret = a->address;
	return 1;
}

bool trace_find(const struct context *c, struct nl_sock *host, struct nl_sock *inner,
		const struct port *port, struct in6_addr *ret)
{
	struct search s = { c, host, port, ret };

	return address_each(inner, port->inner, on_address, &s) == 1;
}

void trace_tell(const struct trace *t, char *out, size_t size)
{
	snprintf(out, size,
		 "it leads to a container (%02x:%02x:%02x:%02x:%02x:%02x), but its lease and its "
		 "record are lost: v6hook attach that container",
		 t->mac[0], t->mac[1], t->mac[2], t->mac[3], t->mac[4], t->mac[5]);
}
