/*
 * Which way an address leads out: the uplink of the range that it lies in.
 *
 * Theory of operation: the kernel is asked, and only what the answer hangs on: where a packet from
 * the address leaves, which is where the router is on most hosts; and only if the range is not
 * on-link there, where else it is. Nothing is listed that grows with the number of containers.
 */
#include "known/way.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "known/uplink.h"
#include "net/link.h"
#include "net/sysctl.h"

/*
 * Whether the range is on-link on the interface: its first or its last address lies in the prefix
 * of an address there. Returns 1, 0 or -ERANGE if one of the two does not.
 */
static int is_on_link(struct host_addresses *own, const struct way *w, const struct link *l,
		      struct error *e)
{
	char text[INET6_ADDRSTRLEN];
	bool part = false;
	int r = host_addresses_of(own, l->ifindex);

	if (r < 0)
		return error_sys(e, r, "cannot list the addresses of %s", l->name);
	for (size_t i = 0; i < own->count; i++) {
		const struct address *a = &own->list[i];
		bool holds_first = in_prefix(&w->first, &a->address, a->length);
		bool holds_last = in_prefix(&w->last, &a->address, a->length);

		if (a->length == 128 || a->ifindex != l->ifindex)
			continue;
		if (holds_first && holds_last)
			return 1;
		part |= holds_first || holds_last;
	}
	if (!part)
		return 0;
	return error_set(e, STATUS_USAGE, -ERANGE,
			 "configuration: the range at %s is larger than the prefix on %s",
			 inet_ntop(AF_INET6, &w->first, text, sizeof(text)), l->name);
}

/* Makes the address one of the next prefix of this length. */
static void step_aside(struct in6_addr *a, unsigned int length)
{
	a->s6_addr[(length - 1) / 8] ^= (unsigned char)(0x80 >> (length - 1) % 8);
}

/*
 * Another interface where the address is on-link: a route without a gateway leads there. The kernel
 * tells the longest prefix, which may be one that containers are behind, or the container's own; so
 * it is asked about the address next to that, too. Returns the length of the prefix that it named
 * first; 0: the default route's.
 */
static unsigned int on_link_elsewhere(struct nl_sock *host, const struct way *w,
				      const struct in6_addr *address, int but, struct link *ret,
				      bool *ret_found)
{
	unsigned int named = 0, length = 129;
	struct in6_addr ask = *address;
	struct route route;
	struct link link;

	while (route_lookup(host, &ask, &route) == 0 && route.length && route.length < length) {
		length = route.length;
		named = named ? named : length;
		ask = *address;
		step_aside(&ask, length);
		if (route.has_gateway || length == 128 || route.ifindex == w->via ||
		    route.ifindex == but || link_by_index(host, route.ifindex, &link) < 0)
			continue;
		*ret = link;
		*ret_found = true;
		if (!uplink_doubt(&link))
			break;
	}
	return named;
}

/* The same for the range: of an address that leads to its container, the kernel tells no more. */
static bool is_elsewhere(struct nl_sock *host, const struct way *w, int but, struct link *ret)
{
	const struct in6_addr *ask[] = { &w->address, &w->first, &w->last };
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(ask) && !found; i++)
		if (on_link_elsewhere(host, w, ask[i], but, ret, &found) != 128)
			break;
	return found;
}

/* What may be the cause of having no uplink, and what to do. Returns out. */
static const char *why_none(struct nl_sock *s, int not_this, char *out, size_t size)
{
	struct if_nameindex *all = if_nameindex();
	struct error ignored;
	struct link link;
	int off;

	snprintf(out, size, "name one with \"uplink\" in the pool");
	for (const struct if_nameindex *i = all; i && i->if_name; i++) {
		if ((int)i->if_index == not_this || link_by_name(s, i->if_name, &link) < 0 ||
		    link.master || !link.has_mac || !link.solicits ||
		    strcmp(link.kind, "bridge") == 0)
			continue;
		off = 0;
		sysctl_get("conf", i->if_name, "disable_ipv6", &off, &ignored);
		if (off)
			snprintf(out, size,
				 "IPv6 is off on %s: sysctl net.ipv6.conf.%s.disable_ipv6=0",
				 i->if_name, i->if_name);
		else if (!link.up)
			snprintf(out, size, "%s is down: ip link set %s up", i->if_name,
				 i->if_name);
		else
			continue;
		break;
	}
	if (all)
		if_freenameindex(all);
	return out;
}

/* Chooses it by what the kernel tells. @out: where what is sent leaves, or null */
static int choose(struct nl_sock *host, struct host_addresses *own, const struct way *w,
		  const struct link *out, struct link *ret, struct error *e)
{
	char text[INET6_ADDRSTRLEN], why[160];
	struct uplink_evidence v = { .leaves = out, .routed = w->routed, .range = text };
	const struct link *chosen = NULL;
	struct link other;
	int r = out ? is_on_link(own, w, out, e) : 0;

	if (r < 0)
		return r;
	inet_ntop(AF_INET6, &w->first, text, sizeof(text));
	if (r == 0 && is_elsewhere(host, w, out ? out->ifindex : 0, &other))
		v.on_link = &other;
	if (!out && !v.on_link)
		v.hint = why_none(host, w->via, why, sizeof(why));
	r = uplink_choose(&v, &chosen, e);
	if (r == 0)
		*ret = *chosen;
	/* what works is not taken away because something else has come */
	if (r == -ENOTUNIQ && w->now && link_by_name(host, w->now, ret) == 0)
		return 0;
	return r;
}

/* Whether the kernel has the default route by the interface from router advertisements. */
static bool is_advertised(struct nl_sock *host, const struct route *out, int ifindex)
{
	struct route route = *out;

	return (route.ifindex == ifindex || route_default_by(host, ifindex, &route) == 1) &&
	       route.protocol == RTPROT_RA;
}

int way_find(struct nl_sock *host, struct host_addresses *own, const struct way *w,
	     struct uplink *ret, struct error *e)
{
	struct link link, out, master;
	struct route route = { 0 };
	int r = route_out(host, &w->address, w->via, &route);
	const int leaves = r == 0 ? route.ifindex : r == -ENETUNREACH ? 0 : r;

	if (leaves < 0)
		return error_sys(e, leaves, "cannot look the default route up");

	if (w->name) {
		r = link_by_name(host, w->name, &link);
		if (r < 0)
			return error_set(e, STATUS_USAGE, r,
					 "configuration: uplink '%s': no such interface", w->name);
		r = is_on_link(own, w, &link, e);
	} else {
		r = leaves ? link_by_index(host, leaves, &out) : 0;
		if (r < 0)
			return error_sys(e, r, "cannot look at the default route's interface");
		r = choose(host, own, w, leaves ? &out : NULL, &link, e);
	}
	if (r >= 0)
		r = uplink_check(&link,
				 link.master && link_by_index(host, link.master, &master) == 0
					 ? &master
					 : NULL,
				 w->routed, e);
	if (r < 0)
		return r;
	*ret = (struct uplink){
		.ifindex = link.ifindex,
		.leaves = leaves,
		.ra_default = is_advertised(host, &route, link.ifindex),
		.carrier = link.carrier,
		.has_mac = link.has_mac,
		.conf = link.conf,
	};
	memcpy(ret->name, link.name, sizeof(ret->name));
	memcpy(ret->mac, link.mac, sizeof(ret->mac));
	return 0;
}

const struct range *way_range(const struct pool *pool, const struct in6_addr *address)
{
	const struct range *range = pool->ranges;

	while (!range_contains(range, address))
		range++;
	return range;
}

int way_out(struct nl_sock *host, struct host_addresses *own, const struct pool *pool,
	    const struct in6_addr *address, int via, const char *now, struct uplink *ret,
	    struct error *e)
{
	const struct range *range = way_range(pool, address);
	const struct way w = {
		.name = pool->uplink,
		.now = now,
		.routed = pool->routed,
		.first = range_address(range->prefix, range->first),
		.last = range_address(range->prefix, range->last),
		.address = *address,
		.via = via,
	};

	return way_find(host, own, &w, ret, e);
}
