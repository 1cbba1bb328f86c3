/* A container's way, on the host: its port, what leads to it, what answers for it, the router. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/steps.h"
#include "net/echo.h"
#include "net/host.h"
#include "net/neigh.h"
#include "net/route.h"

#define RECONCILE "v6hook reconcile"
#define FORWARDS 3    /* linux/if_bridge.h: BR_STATE_FORWARDING */
#define ROUTER_HOPS 2 /* from the container: the host is the first */

void step_port(struct exam *x)
{
	const struct patient *p = x->patient;
	const struct port *port = p->port;
	struct link outer;
	char path[80];
	int state, r = link_by_index(x->scene->host, port->outer, &outer);

	if (r < 0) {
		exam_tell(x, FINDING_BROKEN, "its port is going away");
		exam_evidence(x, "interface %d: %s", port->outer, strerror(-r));
		exam_remedy(x, "%s", p->attach);
		return;
	}
	if (!outer.up) {
		exam_tell(x, FINDING_BROKEN, "the host's end of its port is down");
		exam_evidence(x, "ip link show %s: not UP", outer.name);
		exam_remedy(x, "ip link set %s up", outer.name);
		return;
	}
	if (strcmp(port->via_name, p->record->bridge) != 0) {
		exam_tell(x, FINDING_BROKEN,
			  "its port is not on the bridge by which it is attached");
		exam_evidence(x, "%s is on %s, and was on %s", outer.name, port->via_name,
			      p->record->bridge);
		exam_remedy(x, "%s", p->attach);
		return;
	}
	snprintf(path, sizeof(path), "/sys/class/net/%s/brport/state", outer.name);
	if (!exam_number(x, path, &state) || state == FORWARDS)
		return;
	exam_tell(x, FINDING_BROKEN, "%s lets nothing through at its port", port->via_name);
	exam_evidence(x, "%s = %d", path, state);
	exam_remedy(x, "bridge link set dev %s state %d", outer.name, FORWARDS);
}

void step_route(struct exam *x)
{
	const struct patient *p = x->patient;
	const struct in6_addr *address = &p->holder->address;
	char text[INET6_ADDRSTRLEN], name[IF_NAMESIZE] = "nowhere";
	struct route route;
	struct link link;

	if (host_leads(x->scene->host, address, p->port->via))
		return;
	if (route_lookup(x->scene->host, address, &route) == 0 &&
	    link_by_index(x->scene->host, route.ifindex, &link) == 0)
		snprintf(name, sizeof(name), "%s", link.name);
	text_address(address, text);
	exam_tell(x, FINDING_BROKEN, "the host's route to it is gone");
	exam_evidence(x, "ip -6 route get %s: %s, not %s/128 dev %s", text, name, text,
		      p->port->via_name);
	exam_remedy(x, RECONCILE);
}

void step_neighbour(struct exam *x)
{
	const struct patient *p = x->patient;
	const struct port *port = p->port;
	const struct in6_addr *address = &p->holder->address;
	char text[INET6_ADDRSTRLEN];
	int r = neigh_check(x->scene->host, address, port->via, port->mac);

	if (r == 1)
		return;
	text_address(address, text);
	if (r < 0 && r != -EEXIST) {
		exam_tell(x, FINDING_UNKNOWN, "neighbours cannot be read: %s", strerror(-r));
		return;
	}
	exam_tell(x, FINDING_BROKEN,
		  "the host has not the container's MAC as a permanent neighbour");
	exam_evidence(x, "ip -6 neigh show %s dev %s: not %02x:%02x:%02x:%02x:%02x:%02x PERMANENT",
		      text, port->via_name, port->mac[0], port->mac[1], port->mac[2], port->mac[3],
		      port->mac[4], port->mac[5]);
	/* another's making is in the way of ours */
	if (r == -EEXIST)
		exam_remedy(x, "ip -6 neigh del %s dev %s && %s", text, port->via_name, p->attach);
	else
		exam_remedy(x, "%s", p->attach);
}

/* The uplink by which it is attached, as the scene has it. */
static const struct scene_link *uplink_of(const struct exam *x)
{
	return scene_link_find(&x->scene->uplinks, x->patient->record->uplink);
}

void step_proxy(struct exam *x)
{
	const struct attachment *a = x->patient->record;
	const struct in6_addr *address = &x->patient->holder->address;
	const struct scene_link *uplink = uplink_of(x);
	char text[INET6_ADDRSTRLEN];
	int r;

	if (a->routed)
		exam_tell(x, FINDING_OK, "the provider routes the range here: nothing is asked");
	r = a->routed || !uplink ? 1 : proxy_exists(x->scene->host, address, uplink->link.ifindex);
	if (r < 0)
		exam_tell(x, FINDING_UNKNOWN, "proxy entries cannot be read: %s", strerror(-r));
	if (r != 0)
		return;
	text_address(address, text);
	exam_tell(x, FINDING_BROKEN, "%s does not answer for it: its proxy entry is gone",
		  uplink->name);
	exam_evidence(x, "ip -6 neigh show proxy dev %s: no %s", uplink->name, text);
	exam_remedy(x, RECONCILE);
}

void step_pool(struct exam *x)
{
	const struct attachment *a = x->patient->record;
	const struct in6_addr *address = &x->patient->holder->address;
	const struct scene_link *uplink = uplink_of(x);
	char text[INET6_ADDRSTRLEN];
	struct error why;
	bool elsewhere;

	if (pools_find(x->scene->pools, address, &why))
		return;
	elsewhere = !a->routed && uplink && uplink->link.has_mac &&
		    uplink_holds(x->scene->host, x->scene->own, uplink->link.ifindex, address) == 0;
	exam_tell(x, elsewhere ? FINDING_BROKEN : FINDING_WARNING,
		  "its address %s is of no pool%s%s", text_address(address, text),
		  elsewhere ? ", and not the provider's on " : "", elsewhere ? uplink->name : "");
	exam_evidence(x, "%s", why.text);
	exam_remedy(x, RECONCILE " # it is moved to an address of a pool");
}

/* Whether the router answers the host itself. */
static bool answers_host(const struct exam *x, struct in6_addr *ret_from)
{
	struct echo echo = {
		.to = echo_world, .hops = ROUTER_HOPS - 1, .times = 2, .every_ms = 500
	};
	const struct scene_link *uplink = uplink_of(x);
	struct error ignored;

	if (!uplink)
		return false;
	echo.ifindex = uplink->link.ifindex;
	return uplink_source(x->scene->host, x->scene->own, echo.ifindex, false, &echo.source) ==
		       1 &&
	       echo_ask(&echo, ret_from, &ignored) == 1;
}

void step_router(struct exam *x)
{
	const struct patient *p = x->patient;
	/* the router, where its hops end, says so */
	const struct echo echo = { .ifindex = p->port->inner,
				   .source = p->holder->address,
				   .to = echo_world,
				   .hops = ROUTER_HOPS,
				   .times = 2,
				   .every_ms = 750 };
	char text[INET6_ADDRSTRLEN];
	struct in6_addr from;
	struct error e;
	int r;

	if (p->heard) {
		exam_tell(x, FINDING_OK, "the router is listened for");
		return;
	}
	r = echo_ask_within(p->netns, &echo, &from, &e);
	if (r == 1)
		return;
	if (r < 0) {
		exam_tell(x, FINDING_BROKEN, "the container cannot send anything to the router");
		exam_evidence(x, "%s", e.text);
		exam_remedy(x, "nft list ruleset # in the container");
		return;
	}
	if (answers_host(x, &from)) {
		exam_tell(x, FINDING_BROKEN, "the router answers this host, but not the container");
		exam_evidence(x, "packets to the world whose hops end at it; it is %s",
			      text_address(&from, text));
	} else {
		exam_tell(x, FINDING_UNKNOWN,
			  "the router answers neither the container nor this host, as some do not");
	}
	exam_remedy(x, "v6hook doctor %s --listen 30", p->name);
}
