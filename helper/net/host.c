/*
 * The host's side of an attachment: sysctls, bridge gateway, /128 route, neighbour, proxy entry.
 *
 * Theory of operation: turning forwarding on makes the kernel drop the default route that it
 * learned from router advertisements, at once, unless accept_ra of the uplink is 2 by then; and
 * with accept_ra=2 on a bridge a container could give the host a default route. Hence the order in
 * `host_settings`. all.proxy_ndp and not the uplink's alone: solicitations sent to the host's own
 * address (a router that refreshes its cache) are answered only with all.proxy_ndp and
 * all.forwarding (net/ipv6/ip6_output.c: ip6_forward). proxy_delay holds an answer back for up to
 * 0.8 s, and proxy_qlen drops what waits beyond it (net/ipv6/ndisc.c). A bridge whose MAC was never
 * set takes the lowest of its ports', so that it changes as containers come and go, and with each
 * change loses its permanent neighbours (net/bridge/br_stp_if.c: br_stp_recalculate_bridge_id): it
 * keeps the one it has from the first attach on. That is not taken back: nothing depends on a MAC
 * that may change at any moment.
 */
#include "net/host.h"

#include <errno.h>
#include <linux/netdevice.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/note.h"
#include "net/across.h"
#include "net/address.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/route.h"

#define PROXY_QUEUE 1024 /* solicitations; the kernel's own default is 64 */

bool host_forwards(const char *uplink)
{
	struct error ignored;
	int all = 0, own = 0;

	return sysctl_get("conf", "all", "forwarding", &all, &ignored) == 0 && all == 1 &&
	       sysctl_get("conf", uplink, "forwarding", &own, &ignored) == 0 && own == 1;
}

bool host_answers(const char *uplink)
{
	struct error ignored;
	int proxies = 0;

	return sysctl_get("conf", "all", "proxy_ndp", &proxies, &ignored) == 0 && proxies == 1 &&
	       host_forwards(uplink);
}

/* Whether the kernel itself does; not so if a network manager does (0), or if it cannot be told. */
static bool takes_advertisements(const char *dev)
{
	struct error ignored;
	int accept_ra;

	return sysctl_get("conf", dev, "accept_ra", &accept_ra, &ignored) == 0 && accept_ra > 0;
}

size_t host_settings(const struct uplink *u, bool routed, struct host_setting *ret)
{
	const struct {
		const char *part, *dev, *name;
		int value;
		bool needed;
	} list[] = {
		{ "conf", u->name, "accept_ra", 2, u->ra_default && takes_advertisements(u->name) },
		{ "conf", "all", "forwarding", 1, true },
		{ "conf", u->name, "forwarding", 1, true },
		{ "neigh", u->name, "proxy_delay", 0, !routed },
		{ "neigh", u->name, "proxy_qlen", PROXY_QUEUE, !routed },
		{ "conf", "all", "proxy_ndp", 1, !routed },
	};
	size_t count = 0;

	_Static_assert(ARRAY_SIZE(list) == HOST_SETTINGS, "room for all");
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (list[i].needed)
			ret[count++] = (struct host_setting){ list[i].part, list[i].dev,
							      list[i].name, list[i].value };
	return count;
}

/* Makes every sysctl what it must be. */
static int settings(const struct host_wish *w, struct sysctl_changes *c, struct error *e)
{
	const char *via = w->port->via_name;
	struct host_setting list[HOST_SETTINGS + 3] = {
		{ "conf", via, "disable_ipv6", 0 },
		{ "conf", via, "accept_ra", 0 },
	};
	size_t count = 2 + host_settings(w->uplink, w->routed, list + 2);
	int r = 0;

	list[count++] = (struct host_setting){ "conf", via, "forwarding", 1 };
	for (size_t i = 0; r == 0 && i < count; i++)
		r = sysctl_set(list[i].part, list[i].dev, list[i].name, list[i].value, c, e);
	return r;
}

/* Whether the MAC of the bridge is its own, and does not follow its ports; also if nobody can tell.
 */
static bool has_own_mac(const struct port *port)
{
	struct error ignored;
	char path[64];
	int type;

	if (!port->bridged)
		return true;
	snprintf(path, sizeof(path), "/sys/class/net/%.15s/addr_assign_type", port->via_name);
	return sysctl_read(path, &type, &ignored) < 0 || type == NET_ADDR_SET;
}

/* Gives the bridge the MAC that it has, for good. Returns 0 or -errno. */
static int keep_mac(const struct host_wish *w, struct error *e)
{
	const char *via = w->port->via_name;
	struct link bridge;
	int r;

	if (has_own_mac(w->port))
		return 0;
	r = link_by_index(w->nl, w->port->via, &bridge);
	if (r == 0 && bridge.has_mac)
		r = link_set_mac(w->nl, bridge.ifindex, bridge.mac);
	if (r < 0)
		return error_sys(e, r, "cannot give %s a MAC of its own", via);
	note(NOTE_DETAIL, "%s keeps its MAC from now on, whatever its ports", via);
	return 0;
}

struct find_gateway {
	const struct in6_addr *gateway;
	bool found;
};

static int on_address(const struct address *a, void *arg)
{
	struct find_gateway *f = arg;

	f->found |= memcmp(&a->address, f->gateway, sizeof(a->address)) == 0;
	return 0;
}

/* Whether the uplink's answers for others wait for nothing. */
static bool answers_at_once(const char *uplink)
{
	static const struct sysctl_value values[2] = { { "proxy_delay", 0 },
						       { "proxy_qlen", PROXY_QUEUE } };

	return sysctl_are("neigh", uplink, values);
}

/* Whether the sysctls are what `settings` makes them; what cannot be read is not. */
static bool are_set(const struct host_wish *w, struct link *ret_via)
{
	int forwarding, proxies;
	struct link uplink;

	return link_by_index(w->nl, w->port->via, ret_via) == 0 &&
	       ret_via->conf.disable_ipv6 == 0 && ret_via->conf.accept_ra == 0 &&
	       ret_via->conf.forwarding == 1 &&
	       link_by_name(w->nl, w->uplink->name, &uplink) == 0 && uplink.conf.forwarding == 1 &&
	       !(w->uplink->ra_default && uplink.conf.accept_ra == 1) &&
	       link_conf_all(w->nl, &forwarding, &proxies) == 0 && forwarding == 1 &&
	       (w->routed || (proxies == 1 && answers_at_once(w->uplink->name)));
}

int host_is_settled(const struct host_wish *w, struct link *ret_via, struct error *e)
{
	struct find_gateway f = { &w->gateway, false };
	int r;

	if (!are_set(w, ret_via) || !has_own_mac(w->port))
		return 0;
	r = address_each(w->nl, w->port->via, on_address, &f);
	if (r < 0)
		return error_sys(e, r, "cannot list the addresses of %s", w->port->via_name);
	return f.found;
}

int host_settle(const struct host_wish *w, struct host_effects *done, struct error *e)
{
	struct route route;
	int r = settings(w, &done->sysctls, e);

	if (r == 0)
		r = keep_mac(w, e);
	if (r < 0)
		return r;
	r = address_add(w->nl, &w->gateway, 64, w->port->via, &done->gateway);
	if (r < 0)
		return error_sys(e, r, "cannot give %s the gateway's address", w->port->via_name);
	if (w->uplink->ra_default &&
	    route_lookup(w->nl, &(struct in6_addr){ .s6_addr = { 0x20 } }, &route) < 0)
		return error_set(e, STATUS_FAILED, -ENETUNREACH,
				 "turning forwarding on lost the default route of %s",
				 w->uplink->name);
	return 0;
}

int host_lead(const struct host_wish *w, struct host_effects *done, struct error *e)
{
	struct route before;
	int r = route_add_host(w->nl, &w->address, w->port->via, &before, &done->route);

	if (r == -EEXIST)
		return error_set(e, STATUS_FAILED, r,
				 "there is a route to the address that leads elsewhere and is not "
				 "v6hook's: ip -6 route show");
	if (r < 0)
		return error_sys(e, r, "cannot add the route to %s", w->port->via_name);
	if (!w->routed)
		done->across = across_find(w->nl, &before, w->port->via, w->uplink->ifindex);
	r = neigh_add(w->nl, &w->address, w->port->via, w->port->mac, &done->neighbour);
	if (r == -EEXIST)
		return error_set(
			e, STATUS_FAILED, r,
			"%s has a permanent neighbour for the address with another MAC that "
			"is not v6hook's: ip -6 neigh show nud permanent",
			w->port->via_name);
	if (r < 0)
		return error_sys(e, r, "cannot add the neighbour entry on %s", w->port->via_name);
	return 0;
}

int host_open(const struct host_wish *w, struct host_effects *done, struct error *e)
{
	int r = proxy_add(w->nl, &w->address, w->uplink->ifindex, &done->proxy);

	if (r < 0)
		return error_sys(e, r, "cannot add proxy entry on %s", w->uplink->name);
	r = done->across ? proxy_add(w->nl, &w->address, done->across, &done->across_proxy) : 0;
	return r < 0 ? error_sys(e, r, "cannot add proxy entry on another bridge") : 0;
}

bool host_leads(struct nl_sock *nl, const struct in6_addr *address, int ifindex)
{
	struct route route;

	return route_lookup(nl, address, &route) == 0 && route.length == 128 &&
	       route.ifindex == ifindex;
}

const char *host_lacks(struct nl_sock *nl, const struct in6_addr *address, const char *uplink,
		       const char *via)
{
	struct link link;

	if (uplink &&
	    (link_by_name(nl, uplink, &link) < 0 || proxy_exists(nl, address, link.ifindex) != 1))
		return "proxy entry";
	if (link_by_name(nl, via, &link) < 0 || !host_leads(nl, address, link.ifindex))
		return "route";
	return neigh_is_permanent(nl, address, link.ifindex) == 1 ? NULL : "neighbour";
}

static void check_undone(int r, const char *what, const char *dev)
{
	if (r < 0)
		note(NOTE_WARNING, "cannot take back the %s on %s: %s", what, dev, strerror(-r));
}

void host_undo(const struct host_wish *w, const struct host_effects *done)
{
	const char *via = w->port->via_name;

	if (done->proxy)
		check_undone(proxy_remove(w->nl, &w->address, w->uplink->ifindex), "proxy entry",
			     w->uplink->name);
	if (done->across_proxy)
		check_undone(proxy_remove(w->nl, &w->address, done->across), "proxy entry",
			     "another bridge");
	if (done->neighbour)
		check_undone(neigh_remove(w->nl, &w->address, w->port->via), "neighbour", via);
	if (done->route)
		check_undone(route_remove_host(w->nl, &w->address), "route", via);
	if (done->gateway)
		check_undone(address_remove(w->nl, &w->gateway, w->port->via), "gateway", via);
	sysctl_restore(&done->sysctls);
}

int host_remove(struct nl_sock *nl, const struct in6_addr *address, int uplink, int via,
		struct error *e)
{
	int r = uplink ? proxy_remove(nl, address, uplink) : 0, across;
	struct route left;

	if (r < 0)
		return error_sys(e, r, "cannot remove the proxy entry");
	r = route_remove_host(nl, address);
	if (r < 0)
		return error_sys(e, r, "cannot remove the route");
	across = route_lookup(nl, address, &left) == 0 ? across_find(nl, &left, 0, uplink) : 0;
	r = across ? proxy_remove(nl, address, across) : 0;
	if (r < 0)
		return error_sys(e, r, "cannot remove the proxy entry on another bridge");
	r = via ? neigh_remove(nl, address, via) : 0;
	if (r < 0)
		return error_sys(e, r, "cannot remove the neighbour entry");
	return 0;
}
