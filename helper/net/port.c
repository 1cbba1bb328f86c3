/* A container's port: the veth pair that joins its network namespace to the host. */
#include "net/port.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "net/link.h"
#include "net/route.h"
#include "wire/nl.h"

#define VETHS_MOST 64 /* that lead out of one container: what it has beyond is not looked at */

struct veths {
	struct link list[VETHS_MOST];
	int count;
};

static int remember(const struct link *link, void *arg)
{
	struct veths *v = arg;

	/* both ends in here are no way out, however many of them there are (rtnl_fill_link_netnsid)
	 */
	if (link->peer_nsid >= 0 && v->count < VETHS_MOST)
		v->list[v->count++] = *link;
	return 0;
}

/* Whether they are the two ends of one veth, the inner one being in that namespace. */
static bool is_pair(const struct link *inner, const struct link *outer, int nsid)
{
	return strcmp(outer->kind, "veth") == 0 && inner->peer == outer->ifindex &&
	       outer->peer == inner->ifindex && outer->peer_nsid == nsid && inner->has_mac;
}

static struct port port_of(const struct link *inner, const struct link *outer)
{
	struct port port = {
		.inner = inner->ifindex,
		.outer = outer->ifindex,
		.nsid = outer->peer_nsid,
		.up = inner->up,
	};

	memcpy(port.inner_name, inner->name, sizeof(port.inner_name));
	memcpy(port.mac, inner->mac, sizeof(port.mac));
	return port;
}

/*
 * Whether the host's end of a container's veth points back to it; fills in ret if so.
 * Returns 1, 0 or -errno.
 */
static int confirm(struct nl_sock *host, const struct link *inner, int nsid, struct port *ret,
		   struct link *ret_outer)
{
	struct link outer;
	int r = inner->peer > 0 ? link_by_index(host, inner->peer, &outer) : -ENODEV;

	if (r == -ENODEV)
		return 0;
	if (r < 0)
		return r;
	if (!is_pair(inner, &outer, nsid))
		return 0;
	*ret = port_of(inner, &outer);
	*ret_outer = outer;
	return 1;
}

/* Fills in where routes to the container go. Returns 0 or -errno. */
static int find_way(struct nl_sock *host, const struct link *outer, struct port *port,
		    struct error *e)
{
	struct link master;
	int r;

	port->via = outer->ifindex;
	memcpy(port->via_name, outer->name, sizeof(port->via_name));
	if (!outer->master && !outer->up)
		return error_set(e, STATUS_FAILED, -ENXIO, "its port %s is on no bridge, and down",
				 outer->name);
	if (!outer->master)
		return 0;
	r = link_by_index(host, outer->master, &master);
	if (r < 0)
		return error_sys(e, r, "cannot look up the bridge of %s", outer->name);
	if (strcmp(master.kind, "bridge") != 0)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "its port %s belongs to %s, a '%s' and no bridge", outer->name,
				 master.name, master.kind);
	port->via = master.ifindex;
	memcpy(port->via_name, master.name, sizeof(port->via_name));
	port->bridged = true;
	return 0;
}

/* Which of several to take if it is confirmed: the one with the MAC, else with IPv4's default. */
static int choose_veth(struct nl_sock *inner, const struct veths *veths, const unsigned char *mac)
{
	for (int i = 0; mac && i < veths->count; i++)
		if (veths->list[i].has_mac &&
		    memcmp(veths->list[i].mac, mac, sizeof(veths->list[i].mac)) == 0)
			return veths->list[i].ifindex;
	return route_default_ipv4(inner);
}

int port_find(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
	      const unsigned char *mac, struct port *ret, struct error *e)
{
	struct veths veths = { .count = 0 };
	struct link outer = { 0 }, candidate_outer;
	struct port port = { 0 }, candidate;
	int nsid, preferred = 0, found = 0;
	int r = link_nsid(host, netns->fd, &nsid);

	if (r == 0)
		r = link_each_veth(inner, remember, &veths);
	if (r == 0 && veths.count > 1)
		preferred = choose_veth(inner, &veths, mac);
	for (int i = 0; r == 0 && i < veths.count; i++) {
		r = confirm(host, &veths.list[i], nsid, &candidate, &candidate_outer);
		if (r < 1)
			continue;
		r = 0;
		if (found && candidate.inner != preferred)
			continue;
		found = 1;
		port = candidate;
		outer = candidate_outer;
	}
	if (r < 0)
		return error_sys(e, r, "cannot find the container's port");
	if (!found)
		return error_set(e, STATUS_FAILED, -ENXIO,
				 "it has no veth to this host (a network of its own kind: none, "
				 "macvlan, ipvlan or a physical interface?)");
	r = find_way(host, &outer, &port, e);
	if (r == 0)
		*ret = port;
	return r;
}

int port_find_on(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
		 const char *bridge, struct port *ret, struct error *e)
{
	struct veths veths = { .count = 0 };
	struct port port = { 0 };
	struct link outer;
	int nsid, r = link_nsid(host, netns->fd, &nsid);

	if (r == 0)
		r = link_each_veth(inner, remember, &veths);
	for (int i = 0; r == 0 && i < veths.count; i++) {
		r = confirm(host, &veths.list[i], nsid, &port, &outer);
		if (r == 1 && find_way(host, &outer, &port, e) == 0 &&
		    strcmp(port.via_name, bridge) == 0) {
			*ret = port;
			return 0;
		}
		r = r < 0 ? r : 0;
	}
	if (r < 0)
		return error_sys(e, r, "cannot find the container's port");
	return error_set(e, STATUS_FAILED, -ENXIO, "it has no port on %s any more", bridge);
}

int port_check(struct nl_sock *inner, const struct port *port, struct error *e)
{
	struct link end;
	int r = link_by_index(inner, port->inner, &end);

	if (r == -ENODEV)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "its port %s is taken away just now: try again", port->inner_name);
	if (r == 0 && strcmp(end.name, port->inner_name) != 0)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "its port %s is given another name just now: try again",
				 port->inner_name);
	return 0;
}

bool port_is_still(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
		   const struct link *outer, struct port *ret)
{
	struct link end;
	int nsid;

	if (link_nsid(host, netns->fd, &nsid) < 0 || link_by_index(inner, outer->peer, &end) < 0 ||
	    strcmp(end.kind, "veth") != 0 || end.peer_nsid < 0 || !is_pair(&end, outer, nsid))
		return false;
	*ret = port_of(&end, outer);
	ret->via = outer->master ? outer->master : outer->ifindex;
	return true;
}
