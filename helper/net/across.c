/*
 * Answers on one bridge for addresses that lead to another, where the first has them on-link.
 *
 * Theory of operation: a container of a network with a prefix of its own asks its bridge for every
 * address of that prefix. For one that leads to another bridge the host answers there, too, by a
 * proxy entry with the mark, and forwards. Either may come first: who gets such an address makes
 * its entry, and who comes to the network makes those of all that are there. An entry goes with
 * its address; what a run that was killed leaves is found by reconcile, as all that is marked.
 */
#include "net/across.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "net/link.h"
#include "net/neigh.h"

int across_find(struct nl_sock *nl, const struct route *route, int via, int uplink)
{
	struct link link;

	if (route->has_gateway || route->local || route->length == 0 || route->length == 128 ||
	    route->ifindex == via || route->ifindex == uplink ||
	    link_by_index(nl, route->ifindex, &link) < 0 || strcmp(link.kind, "bridge") != 0)
		return 0;
	return link.ifindex;
}

/* The addresses that lead elsewhere; entries are added when the table is read. */
struct elsewhere {
	const struct host_addresses *own;
	int via;
	struct in6_addr *list;
	size_t count;
};

static void elsewhere_release(struct elsewhere *x)
{
	free(x->list);
}

/* Whether a prefix of the bridge's holds the address. */
static bool is_on_link(const struct elsewhere *x, const struct in6_addr *address)
{
	for (size_t i = 0; i < x->own->count; i++) {
		const struct address *a = &x->own->list[i];

		if (a->ifindex == x->via && a->length < 128 &&
		    in_prefix(address, &a->address, a->length))
			return true;
	}
	return false;
}

static int on_marked(const struct in6_addr *address, int ifindex, void *arg)
{
	struct elsewhere *x = arg;

	if (ifindex == x->via || !is_on_link(x, address))
		return 0;
	return list_add(&x->list, &x->count, address, sizeof(*address));
}

int across_answer(struct nl_sock *nl, struct host_addresses *own, int via)
{
	CLEANUP(elsewhere_release)
	struct elsewhere x = { .own = own, .via = via };
	int r = host_addresses_of(own, via);

	if (r == 0)
		r = route_each_marked(nl, on_marked, &x);
	for (size_t i = 0; r == 0 && i < x.count; i++) {
		struct route now;
		bool new;

		r = proxy_add(nl, &x.list[i], via, &new);
		/* it may have been detached, or come here, meanwhile */
		if (r == 0 && new &&
		    (route_lookup(nl, &x.list[i], &now) < 0 || now.length != 128 ||
		     now.ifindex == via))
			proxy_remove(nl, &x.list[i], via);
	}
	return r;
}
