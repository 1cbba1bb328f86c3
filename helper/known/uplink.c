/*
 * Which of the host's interfaces is the uplink: the one where the provider's router is.
 *
 * Theory of operation: two things speak for an interface, that what the containers send leaves by
 * it, and that the range is on-link there. The first tells where a router is; the second is as true
 * of a bridge that containers are behind, and of a tunnel into a private network. So those count
 * for nothing unless the first speaks for them, too. What is left agrees, or nobody but the
 * administrator knows.
 */
#include "known/uplink.h"

#include <errno.h>
#include <string.h>

const char *uplink_doubt(const struct link *l)
{
	if (!l->solicits)
		return "where nothing is solicited";
	return strcmp(l->kind, "bridge") == 0 ? "a bridge by which nothing leaves" : NULL;
}

int uplink_choose(const struct uplink_evidence *v, const struct link **ret, struct error *e)
{
	const char *doubt = v->on_link ? uplink_doubt(v->on_link) : NULL;
	const struct link *on_link = doubt ? NULL : v->on_link, *leaves = v->leaves;
	bool tunnel = leaves && !leaves->solicits && !v->routed;

	if (leaves && on_link)
		return error_set(e, STATUS_USAGE, -ENOTUNIQ,
				 "cannot tell the uplink: what containers send leaves by %s%s, but "
				 "the range at %s is on-link on %s: name the one with the router "
				 "with \"uplink\" in the pool",
				 leaves->name, tunnel ? ", where nothing is solicited" : "",
				 v->range, on_link->name);
	if (tunnel)
		return error_set(e, STATUS_USAGE, -ENOTUNIQ,
				 "cannot tell the uplink: what containers send leaves by %s, where "
				 "nothing is solicited: name the provider's interface with "
				 "\"uplink\" in the pool, or write \"upstream\": \"routed\" if the "
				 "range is routed to %s",
				 leaves->name, leaves->name);
	if (!leaves && !on_link && v->on_link)
		return error_set(e, STATUS_USAGE, -ENODEV,
				 "no uplink found: there is no default route, and %s is on-link "
				 "only on %s, %s: name one with \"uplink\" in the pool",
				 v->range, v->on_link->name, doubt);
	if (!leaves && !on_link)
		return error_set(e, STATUS_USAGE, -ENODEV,
				 "no uplink found: %s is on no link and there is no default "
				 "route; %s",
				 v->range, v->hint);
	*ret = leaves ? leaves : on_link;
	return 0;
}

int uplink_check(const struct link *l, const struct link *master, bool routed, struct error *e)
{
	/* the ports of a vrf are interfaces like others */
	if (master && strcmp(master->kind, "vrf") != 0)
		return error_set(e, STATUS_USAGE, -EBUSY,
				 "%s is a port of %s, which gets what arrives there: name %s with "
				 "\"uplink\" in the pool",
				 l->name, master->name, master->name);
	if (!routed && !l->solicits)
		return error_set(e, STATUS_USAGE, -EOPNOTSUPP,
				 "nothing is solicited on %s, which has no Neighbour Discovery: if "
				 "the range is routed to it, write \"upstream\": \"routed\" in the "
				 "pool",
				 l->name);
	if (!l->up)
		return error_set(e, STATUS_FAILED, -ENETDOWN,
				 "uplink %s is down: ip link set %s up", l->name, l->name);
	return 0;
}
