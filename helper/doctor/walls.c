/* Other firewalls: what they do with what is forwarded to containers. */
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"
#include "filter/legacy.h"
#include "filter/other_look.h"

/* With this option Docker (27 and later) lets more than the bridge of a network in. */
#define ROUTED "com.docker.network.bridge.gateway_mode_ipv6=routed"

/*
 * Looks at the ways of those that are attached, until nothing drops anything. One is enough for all
 * on a bridge; but on a network that has the addresses itself rules may be about one of them alone.
 */
static void each(struct exam *x, bool early,
		 void (*tell)(struct exam *x, const struct other_way *way,
			      const struct other_wall *wall))
{
	const struct attachment *before = NULL;
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->present.count; i++) {
		const struct holder *h = &s->look->present.list[i];
		const struct attachment *a = scene_attached(s, h);
		struct other_wall wall;
		struct other_way way;

		if (!a || !*a->uplink ||
		    (before && !a->on_link && strcmp(before->uplink, a->uplink) == 0 &&
		     strcmp(before->bridge, a->bridge) == 0))
			continue;
		before = a;
		way = (struct other_way){ a->uplink, a->bridge, h->address };
		other_look(&way, &wall);
		if (!wall.any)
			return;
		if (wall.drops && wall.early == early)
			tell(x, &way, &wall);
	}
}

/* Whether this check has told that already: once is enough for all on a bridge. */
static bool is_told(const struct exam *x, const char *what)
{
	for (size_t i = x->first; i < x->found->count; i++)
		if (strcmp(x->found->list[i].what, what) == 0)
			return true;
	return false;
}

static void tell_forward(struct exam *x, const struct other_way *way, const struct other_wall *wall)
{
	char what[200], text[1024];

	snprintf(what, sizeof(what), "a firewall drops what is forwarded to %s", way->bridge);
	if (is_told(x, what))
		return;
	exam_tell(x, FINDING_BROKEN, "%s", what);
	exam_evidence(x, "nft list chain %s", wall->chain);
	x->scene->open(way, wall, x->scene->open_arg, text, sizeof(text));
	exam_remedy(x, "%s", text);
}

void check_wall_forward(struct exam *x)
{
	each(x, false, tell_forward);
}

static void tell_early(struct exam *x, const struct other_way *way, const struct other_wall *wall)
{
	exam_tell(x, FINDING_BROKEN, "a firewall drops what does not come from %s, before all else",
		  way->bridge);
	exam_evidence(x, "nft list chain %s", wall->chain);
	exam_remedy(x,
		    "docker network create --ipv6 -o " ROUTED " NETWORK # in place of this one, if "
		    "Docker made that rule");
}

void check_wall_early(struct exam *x)
{
	each(x, true, tell_early);
}

/* The address of one that is attached by the bridge, or null. */
static const struct in6_addr *one_on(const struct scene *s, const struct scene_link *bridge)
{
	for (size_t i = 0; s->look && i < s->look->present.count; i++) {
		const struct attachment *a = scene_attached(s, &s->look->present.list[i]);

		if (a && strcmp(a->bridge, bridge->name) == 0)
			return &s->look->present.list[i].address;
	}
	return NULL;
}

void check_wall_bridged(struct exam *x)
{
	const char path[] = "/proc/sys/net/bridge/bridge-nf-call-ip6tables";
	const struct scene *s = x->scene;
	int filtered;

	if (!exam_number(x, path, &filtered) || !filtered)
		return;
	for (size_t i = 0; i < s->bridges.count; i++) {
		const struct scene_link *b = &s->bridges.list[i];
		const struct in6_addr *address = one_on(s, b);
		struct other_wall wall;

		if (b->dead || !address || strcmp(b->link.kind, "bridge") != 0)
			continue;
		other_look(&(struct other_way){ b->name, b->name, *address }, &wall);
		if (!wall.drops || wall.early)
			continue;
		exam_tell(x, FINDING_WARNING,
			  "a firewall drops what the containers on %s send each other", b->name);
		exam_evidence(x, "%s = %d; nft list chain %s", path, filtered, wall.chain);
		exam_remedy(x, "sysctl -w net.bridge.bridge-nf-call-ip6tables=0");
	}
}

void check_wall_legacy(struct exam *x)
{
	const struct scene_links *bridges = &x->scene->bridges;
	struct legacy_forward found;
	const int r = legacy_forward(&found);

	if (r < 0) {
		exam_tell(x, FINDING_UNKNOWN, "what ip6tables-legacy drops cannot be read");
		exam_evidence(x, "/proc/net/ip6_tables_names: %s", strerror(-r));
		return;
	}
	if (r == 0 || !found.drops || !bridges->count)
		return;
	if (found.rules) {
		exam_tell(
			x, FINDING_UNKNOWN,
			"ip6tables-legacy drops what none of its rules lets through, and these are "
			"not looked at");
		exam_evidence(x, "ip6tables-legacy -S FORWARD: -P FORWARD DROP, and rules");
		exam_remedy(x, "ip6tables-legacy -S FORWARD");
		return;
	}
	exam_tell(x, FINDING_BROKEN, "ip6tables-legacy drops all that is forwarded");
	exam_evidence(x, "ip6tables-legacy -S FORWARD: -P FORWARD DROP");
	exam_remedy(
		x,
		"ip6tables-legacy -A FORWARD -o %s -j ACCEPT && ip6tables-legacy -A FORWARD -i %s "
		"-j ACCEPT",
		bridges->list[0].name, bridges->list[0].name);
}

void check_wall_solicitations(struct exam *x)
{
	const struct scene_links *uplinks = &x->scene->uplinks;

	for (size_t i = 0; i < uplinks->count; i++) {
		const struct scene_link *u = &uplinks->list[i];
		char chain[160];

		if (u->dead || !u->proxies || !other_look_asked(u->name, chain, sizeof(chain)))
			continue;
		exam_tell(x, FINDING_BROKEN,
			  "a firewall drops what the provider's router asks on %s, so nobody is "
			  "answered",
			  u->name);
		exam_evidence(x, "nft list chain %s", chain);
		exam_remedy(x,
			    "nft insert rule %s icmpv6 type '{ nd-neighbor-solicit, "
			    "nd-neighbor-advert, nd-router-advert }' accept",
			    chain);
	}
}
