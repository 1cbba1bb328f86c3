/* The ways out: that what containers send leaves by the uplink, to a router that answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"
#include "net/neigh.h"
#include "net/route.h"

#define OWN_TABLE 118 /* for a route that the host's own packets do not take */

/* What one that is attached sends: it comes in by its bridge, and is to leave by its uplink. */
struct sent {
	const struct scene_link *bridge, *uplink;
	struct in6_addr address;
};

/*
 * Finds one for each pair of a bridge and an uplink, whoever comes first. @from: where to go on,
 * 0 at first. Returns false when there are no more.
 */
static bool next(const struct scene *s, size_t *from, struct sent *ret)
{
	const struct holders *all = &s->look->present;

	for (; *from < all->count; ++*from) {
		const struct attachment *a = scene_attached(s, &all->list[*from]), *before;
		bool known = false;

		if (!a)
			continue;
		for (size_t i = *from; i-- > 0 && !known;) {
			before = scene_attached(s, &all->list[i]);
			known = before && strcmp(before->bridge, a->bridge) == 0 &&
				strcmp(before->uplink, a->uplink) == 0;
		}
		ret->bridge = scene_link_find(&s->bridges, a->bridge);
		ret->uplink = scene_link_find(&s->uplinks, a->uplink);
		ret->address = all->list[*from].address;
		if (known || !ret->uplink || !ret->bridge || ret->uplink->dead || ret->bridge->dead)
			continue;
		++*from;
		return true;
	}
	return false;
}

/* Calls look with where it leaves: 0 or -errno of the look-up. */
static void each(struct exam *x, void (*look)(struct exam *x, const struct sent *s, int found,
					      const struct route *out))
{
	struct route out;
	struct sent sent;
	size_t from = 0;

	while (x->scene->look && next(x->scene, &from, &sent)) {
		int found =
			route_out(x->scene->host, &sent.address, sent.bridge->link.ifindex, &out);

		/* there is a way, so that a rule or another route forbids it */
		if (found == -ENETUNREACH &&
		    route_default_by(x->scene->host, sent.uplink->link.ifindex, &out) == 1)
			found = -EACCES;
		look(x, &sent, found, &out);
	}
}

static void look_at_default(struct exam *x, const struct sent *s, int found,
			    const struct route *out)
{
	(void)out;
	if (found != -ENETUNREACH)
		return;
	exam_tell(x, FINDING_BROKEN, "nothing leads out for what comes in by %s", s->bridge->name);
	exam_evidence(x, "ip -6 route show default: none that counts");
	exam_remedy(x,
		    "ip -6 route add default via ROUTER dev %s # the provider says which, often "
		    "fe80::1",
		    s->uplink->name);
}

void check_route_default(struct exam *x)
{
	each(x, look_at_default);
}

static void look_at_way(struct exam *x, const struct sent *s, int found, const struct route *out)
{
	char text[INET6_ADDRSTRLEN], gateway[INET6_ADDRSTRLEN], table[16] = "main";
	struct in6_addr prefix = s->address;
	struct route own;
	struct link other;

	if (found == -ENETUNREACH || (found == 0 && out->ifindex == s->uplink->link.ifindex))
		return;
	memset(prefix.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &prefix, text, sizeof(text));
	if (found == 0 && link_by_index(x->scene->host, out->ifindex, &other) == 0) {
		exam_tell(x, FINDING_BROKEN, "the answers of containers on %s leave by %s, not %s",
			  s->bridge->name, other.name, s->uplink->name);
		exam_evidence(x, "ip -6 route get 2000:: from %s iif %s: table %u, dev %s",
			      inet_ntop(AF_INET6, &s->address, text, sizeof(text)), s->bridge->name,
			      out->table, other.name);
	} else {
		exam_tell(x, FINDING_BROKEN, "a rule or route forbids what containers on %s send",
			  s->bridge->name);
		exam_evidence(x, "ip -6 route get 2000:: from %s iif %s: %s",
			      inet_ntop(AF_INET6, &s->address, text, sizeof(text)), s->bridge->name,
			      strerror(-found));
	}
	inet_ntop(AF_INET6, &prefix, text, sizeof(text));
	if (route_default_by(x->scene->host, s->uplink->link.ifindex, &own) != 1) {
		exam_remedy(x, "ip -6 route add default via ROUTER dev %s", s->uplink->name);
		return;
	}
	/* a rule of priority 0, as tools put their own before all others */
	if (found == 0 && own.table == out->table && own.has_gateway) {
		exam_remedy(
			x,
			"ip -6 route add default via %s dev %s table %d && ip -6 rule add pref 0 "
			"iif %s from %s/64 lookup %d",
			inet_ntop(AF_INET6, &own.gateway, gateway, sizeof(gateway)),
			s->uplink->name, OWN_TABLE, s->bridge->name, text, OWN_TABLE);
		return;
	}
	if (own.table != RT_TABLE_MAIN)
		snprintf(table, sizeof(table), "%u", own.table);
	exam_remedy(x, "ip -6 rule add pref 0 iif %s from %s/64 lookup %s", s->bridge->name, text,
		    table);
}

void check_route_way(struct exam *x)
{
	each(x, look_at_way);
}

static void look_at_router(struct exam *x, const struct sent *s, int found, const struct route *out)
{
	char text[INET6_ADDRSTRLEN];

	if (found < 0 || out->ifindex != s->uplink->link.ifindex || !out->has_gateway ||
	    neigh_has_failed(x->scene->host, &out->gateway, out->ifindex) != 1)
		return;
	inet_ntop(AF_INET6, &out->gateway, text, sizeof(text));
	exam_tell(x, FINDING_BROKEN, "the provider's router %s does not answer", text);
	exam_evidence(x, "ip -6 neigh show %s dev %s: FAILED", text, s->uplink->name);
	exam_remedy(x,
		    "ping -6 -c 3 %s%%%s # if nothing comes: is that the router, is the cable in "
		    "its network?",
		    text, s->uplink->name);
}

void check_router(struct exam *x)
{
	each(x, look_at_router);
}
