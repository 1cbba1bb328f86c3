/* Each uplink: that it is there and can carry Neighbour Discovery, and that the range is on it. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "doctor/checks.h"

#define MTU_LEAST 1280 /* RFC 8200, 5: with less the kernel takes IPv6 off the interface */

/* Calls look for each uplink on which nothing is told to be lost yet. */
static void each(struct exam *x, void (*look)(struct exam *x, struct scene_link *u))
{
	for (size_t i = 0; i < x->scene->uplinks.count; i++)
		if (!x->scene->uplinks.list[i].dead)
			look(x, &x->scene->uplinks.list[i]);
}

static void look_up(struct exam *x, struct scene_link *u)
{
	if (u->link.ifindex && u->link.up)
		return;
	u->dead = true;
	if (u->link.ifindex) {
		exam_tell(x, FINDING_BROKEN, "the uplink %s is down", u->name);
		exam_evidence(x, "ip link show %s: not UP", u->name);
		exam_remedy(x, "ip link set %s up", u->name);
		return;
	}
	exam_tell(x, FINDING_BROKEN, "there is no interface %s", u->name);
	exam_evidence(x, u->attached ? "containers are attached by it" : "the pool's \"uplink\"");
	exam_remedy(x, "ip link # and name the provider's as \"uplink\" in %s",
		    x->scene->config_path);
}

void check_uplink_up(struct exam *x)
{
	each(x, look_up);
}

static void look_at_master(struct exam *x, struct scene_link *u)
{
	struct link master;

	/* the ports of a vrf are interfaces like others */
	if (!u->link.master || link_by_index(x->scene->host, u->link.master, &master) < 0 ||
	    strcmp(master.kind, "vrf") == 0)
		return;
	u->dead = true;
	exam_tell(x, FINDING_BROKEN, "%s is a port of %s, which gets what arrives there", u->name,
		  master.name);
	exam_evidence(x, "ip link show %s: master %s", u->name, master.name);
	exam_remedy(x, "${EDITOR:-vi} %s # \"uplink\": \"%s\" in the pool", x->scene->config_path,
		    master.name);
}

void check_uplink_master(struct exam *x)
{
	each(x, look_at_master);
}

static void look_at_mtu(struct exam *x, struct scene_link *u)
{
	if (!u->link.mtu || u->link.mtu >= MTU_LEAST)
		return;
	u->dead = true;
	exam_tell(x, FINDING_BROKEN, "%s has no IPv6, as its packets are too small for that",
		  u->name);
	exam_evidence(x, "ip link show %s: mtu %u, less than %d", u->name, u->link.mtu, MTU_LEAST);
	exam_remedy(x, "ip link set %s mtu 1500", u->name);
}

void check_uplink_mtu(struct exam *x)
{
	each(x, look_at_mtu);
}

static void look_at_ipv6(struct exam *x, struct scene_link *u)
{
	if (u->link.conf.disable_ipv6 != 1)
		return;
	u->dead = true;
	exam_tell(x, FINDING_BROKEN, "IPv6 is off on %s", u->name);
	exam_saw_sysctl(x, "conf", u->name, "disable_ipv6", 1);
	exam_remedy(x, "sysctl -w net.ipv6.conf.%s.disable_ipv6=0", u->name);
}

void check_uplink_ipv6(struct exam *x)
{
	each(x, look_at_ipv6);
}

static void look_at_discovery(struct exam *x, struct scene_link *u)
{
	const bool multicast = u->link.multicast;

	if (!u->proxies || (u->link.solicits && multicast))
		return;
	u->dead = true;
	exam_tell(x, FINDING_BROKEN, "nobody can ask for an address on %s, nor be answered",
		  u->name);
	exam_evidence(x, "ip link show %s: %s", u->name, multicast ? "NOARP" : "no MULTICAST");
	if (u->link.has_mac)
		exam_remedy(x, "ip link set %s %s on", u->name, multicast ? "arp" : "multicast");
	else
		exam_remedy(x, "${EDITOR:-vi} %s # \"upstream\": \"routed\" in the pool",
			    x->scene->config_path);
}

void check_uplink_discovery(struct exam *x)
{
	each(x, look_at_discovery);
}

static void look_at_carrier(struct exam *x, struct scene_link *u)
{
	if (u->link.carrier)
		return;
	u->dead = true;
	exam_tell(x, FINDING_BROKEN, "%s has no carrier", u->name);
	exam_evidence(x, "ip link show %s: NO-CARRIER", u->name);
	exam_remedy(x, "ethtool %s # the cable, the switch, or the virtual machine's network card",
		    u->name);
}

void check_uplink_carrier(struct exam *x)
{
	each(x, look_at_carrier);
}

/* Whether one of the uplinks is dead: then no wonder that a way is not found. */
static bool any_dead(const struct scene *s)
{
	for (size_t i = 0; i < s->uplinks.count; i++)
		if (s->uplinks.list[i].dead)
			return true;
	return false;
}

void check_uplink_found(struct exam *x)
{
	const struct scene *s = x->scene;

	if (any_dead(s))
		return;
	for (size_t i = 0; i < s->way_count; i++) {
		const struct scene_way *w = &s->ways[i];

		if (w->found == 0 || w->found == -ERANGE)
			continue;
		exam_tell(x, FINDING_BROKEN, "which interface leads to the provider is not clear");
		exam_evidence(x, "pool \"%s\": %s", w->pool->name, w->why.text);
		exam_remedy(x, "${EDITOR:-vi} %s # \"uplink\": \"INTERFACE\" in the pool",
			    s->config_path);
	}
}

static void look_at_duplicates(struct exam *x, struct scene_link *u)
{
	const struct host_addresses *own = x->scene->own;
	char text[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < own->count; i++) {
		const struct address *a = &own->list[i];

		if (a->ifindex != u->link.ifindex || !(a->flags & IFA_F_DADFAILED))
			continue;
		inet_ntop(AF_INET6, &a->address, text, sizeof(text));
		exam_tell(x, FINDING_BROKEN, "another machine has the host's address %s", text);
		exam_evidence(x, "ip -6 addr show dev %s: %s dadfailed", u->name, text);
		exam_remedy(x,
			    "ip -6 addr del %s/%u dev %s # and take it off one of the two for good",
			    text, a->length, u->name);
	}
}

void check_uplink_duplicate(struct exam *x)
{
	each(x, look_at_duplicates);
}

static int on_link_local(const struct address *a, void *arg)
{
	*(bool *)arg |= IN6_IS_ADDR_LINKLOCAL(&a->address);
	return 0;
}

static void look_at_link_local(struct exam *x, struct scene_link *u)
{
	bool has = false;

	if (!u->proxies || address_each(x->scene->host, u->link.ifindex, on_link_local, &has) < 0 ||
	    has)
		return;
	exam_tell(x, FINDING_WARNING,
		  "%s has no link-local address: switches are not told what is listened to there",
		  u->name);
	exam_evidence(x, "ip -6 addr show dev %s scope link: none", u->name);
	/* it is made when the mode changes */
	exam_remedy(x,
		    "sysctl -w net.ipv6.conf.%s.addr_gen_mode=1 net.ipv6.conf.%s.addr_gen_mode=0",
		    u->name, u->name);
}

void check_uplink_link_local(struct exam *x)
{
	each(x, look_at_link_local);
}

/* Tells that a range is not where its uplink is. */
static void tell_range(struct exam *x, const struct scene_way *w, const char *what,
		       const char *evidence)
{
	exam_tell(x, FINDING_BROKEN, "%s", what);
	exam_evidence(x, "%s", evidence);
	exam_remedy(x,
		    "${EDITOR:-vi} %s # the \"ranges\" of \"%s\", or its \"uplink\"; \"upstream\": "
		    "\"routed\" if the provider routes it here",
		    x->scene->config_path, w->pool->name);
}

void check_range(struct exam *x)
{
	const struct scene *s = x->scene;

	if (any_dead(s))
		return;
	for (size_t i = 0; i < s->way_count; i++) {
		const struct scene_way *w = &s->ways[i];
		const struct in6_addr first = range_address(w->range->prefix, w->range->first);
		char text[INET6_ADDRSTRLEN], what[160], evidence[160];

		inet_ntop(AF_INET6, &first, text, sizeof(text));
		snprintf(what, sizeof(what), "the range at %s is not the provider's on %s", text,
			 w->found == 0 ? w->uplink.name : "this host");
		if (w->found == -ERANGE)
			tell_range(x, w, what, w->why.text);
		if (w->found < 0 || w->pool->routed || !w->uplink.has_mac ||
		    uplink_holds(s->host, s->own, w->uplink.ifindex, &first) != 0)
			continue;
		snprintf(evidence, sizeof(evidence),
			 "ip -6 addr show dev %s, ip -6 route show dev %s: nothing of its /64",
			 w->uplink.name, w->uplink.name);
		tell_range(x, w, what, evidence);
	}
}
