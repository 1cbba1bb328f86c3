/* Whether a packet from outside would arrive at what is attached, as far as this host can tell. */
#include "keep/reach.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keep/opened.h"
#include "net/host.h"
#include "net/route.h"

/* Appends a reason. */
__attribute__((format(printf, 3, 4))) static void add(char *out, size_t size, const char *fmt, ...)
{
	size_t used = strlen(out);
	va_list args;

	if (used)
		used += (size_t)snprintf(out + used, size - used, "; ");
	if (used >= size)
		return;
	va_start(args, fmt);
	vsnprintf(out + used, size - used, fmt, args);
	va_end(args);
}

/* What is wrong with the uplink, whatever the address. */
static void look_at_uplink(struct reach *r)
{
	const size_t size = sizeof(r->of_uplink);

	*r->of_uplink = '\0';
	snprintf(r->known, sizeof(r->known), "%s", r->uplink);
	if (r->settled)
		r->link = (struct link){
			.ifindex = r->settled->ifindex,
			.has_mac = r->settled->has_mac,
			.carrier = r->settled->carrier,
			.conf = r->settled->conf,
		};
	else if (link_by_name(r->nl, r->uplink, &r->link) < 0)
		r->link = (struct link){ 0 };
	if (r->link.ifindex && !r->link.carrier)
		add(r->of_uplink, size, "%s has no carrier", r->uplink);
	if (r->link.ifindex && r->link.conf.disable_ipv6 == 1)
		add(r->of_uplink, size, "IPv6 is off on %s: sysctl net.ipv6.conf.%s.disable_ipv6=0",
		    r->uplink, r->uplink);
	if (!r->settled && (r->routed ? !host_forwards(r->uplink) : !host_answers(r->uplink)))
		add(r->of_uplink, size,
		    "net.ipv6.conf.{all,%s}.forwarding%s is not 1: v6hook reconcile", r->uplink,
		    r->routed ? "" : " or conf.all.proxy_ndp");
}

/* By which interface what comes from the address leaves. Returns its ifindex, 0: none, or -errno.
 */
static int leaves(struct reach *r, const struct in6_addr *address)
{
	struct link bridge;
	struct route route;
	int found;

	if (r->settled)
		return r->settled->leaves;
	found = link_by_name(r->nl, r->bridge, &bridge);
	if (found == 0)
		found = route_out(r->nl, address, bridge.ifindex, &route);
	return found == 0 ? route.ifindex : found == -ENETUNREACH ? 0 : found;
}

/* What is wrong with the way of what comes from the prefix, and with which rule it would be right.
 */
static void look_at_way(struct reach *r, const struct in6_addr *address,
			const struct in6_addr *prefix)
{
	const size_t size = sizeof(r->of_way);
	char text[INET6_ADDRSTRLEN], table[16] = "main";
	int out = leaves(r, address);
	struct route route;
	struct link other;

	*r->of_way = '\0';
	if (out == 0)
		add(r->of_way, size, "no default route leads out for what it sends");
	if (out <= 0 || out == r->link.ifindex || link_by_index(r->nl, out, &other) < 0)
		return;
	if (route_default_by(r->nl, r->link.ifindex, &route) != 1) {
		add(r->of_way, size,
		    "its answers leave by %s: ip -6 route add default via ROUTER dev %s",
		    other.name, r->uplink);
		return;
	}
	if (route.table != RT_TABLE_MAIN)
		snprintf(table, sizeof(table), "%u", route.table);
	/* of priority 0, as tools put their own rules before all others */
	add(r->of_way, size,
	    "its answers leave by %s: ip -6 rule add pref 0 iif %s from %s/64 lookup %s",
	    other.name, r->bridge, inet_ntop(AF_INET6, prefix, text, sizeof(text)), table);
}

/* Adds what another firewall does to what is forwarded to the address and from it. */
static void look_at_firewall(struct reach *r, const struct in6_addr *address, char *out,
			     size_t size)
{
	const struct other_way way = { r->uplink, r->bridge, *address };
	struct other_wall wall;
	char why[REACH_MAX];

	if (r->firewall_known && !r->firewalled)
		return;
	opened_begin(r->opens ? r->c : NULL, r->nl, &way, &wall);
	r->firewall_known = true;
	r->firewalled = wall.any;
	if (!wall.drops)
		return;
	opened_tell(r->c, r->nl, &way, &wall, why, sizeof(why));
	add(out, size, "%s", why);
}

void reach_doubt(struct reach *r, const struct in6_addr *address, char *out, size_t size)
{
	bool same = strcmp(r->known, r->uplink) == 0 && strcmp(r->known_bridge, r->bridge) == 0;
	struct in6_addr prefix = *address;

	memset(prefix.s6_addr + 8, 0, 8);
	if (strcmp(r->known, r->uplink) != 0)
		look_at_uplink(r);
	if (!same || memcmp(&r->known_prefix, &prefix, sizeof(prefix)) != 0) {
		look_at_way(r, address, &prefix);
		snprintf(r->known_bridge, sizeof(r->known_bridge), "%s", r->bridge);
		r->known_prefix = prefix;
	}
	snprintf(out, size, "%s", r->of_uplink);
	if (*r->of_way)
		add(out, size, "%s", r->of_way);
	/* on a link without MACs nothing is solicited */
	if (!r->routed && r->link.has_mac &&
	    uplink_holds(r->nl, r->own, r->link.ifindex, address) == 0)
		add(out, size,
		    "%s has no address in its /64 and no route to it: is the range right, or the "
		    "uplink?",
		    r->uplink);
	look_at_firewall(r, address, out, size);
}
