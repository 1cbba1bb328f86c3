/* A prefix that the provider routes to this host: where one shows, for a proposal. */
#include "policy/survey_routed.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "known/onlink.h"
#include "net/link.h"
#include "net/route.h"

/* Whether a link of the uplink's holds the address. */
static bool is_on_uplink(const struct host_addresses *own, int uplink, const struct in6_addr *which)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->list[i].ifindex == uplink &&
		    in_prefix(which, &own->list[i].address,
			      own->list[i].length < 64 ? own->list[i].length : 64))
			return true;
	return false;
}

/* The search for one. */
struct routed {
	struct nl_sock *nl;
	const struct host_addresses *own;
	int uplink;
	struct proposal *ret;
	bool found;
};

/* Whether the host has an address in it. */
static bool is_used(const struct host_addresses *own, const struct range *range)
{
	for (size_t i = 0; i < own->count; i++)
		if (range_contains(range, &own->list[i].address))
			return true;
	return false;
}

/* Takes the first /64 of a prefix that nothing of the host's is in. */
static void on_refused(const struct in6_addr *prefix, unsigned int length, void *arg)
{
	struct routed *f = arg;
	struct range range = range_of_prefix(prefix, 64);
	char text[INET6_ADDRSTRLEN];

	if (f->found || !is_public(prefix) || length < 32 || length > PROPOSE_ROUTED ||
	    is_on_uplink(f->own, f->uplink, prefix))
		return;
	for (int i = 0; length < 64 && i < 256 && is_used(f->own, &range); i++)
		range.prefix++;
	if (length > 64)
		range = range_of_prefix(prefix, length);
	f->ret->range = range;
	f->ret->length = length > 64 ? length : 64;
	snprintf(f->ret->why, sizeof(f->ret->why),
		 "%s/%u has been delegated to this host, which has a route for it that leads "
		 "nowhere: "
		 "the provider routes it here",
		 text_address(prefix, text), length);
	f->found = true;
}

/* Whether the bridge is, by its name, of one who hands out its prefix as soon as something is on
 * it. */
static bool is_handed_out(const char *bridge)
{
	static const char *const names[] = {
		"virbr", "lxcbr", "lxdbr", "incusbr", "podman", "cni"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strncmp(bridge, names[i], strlen(names[i])) == 0)
			return true;
	return onlink_is_dockers(bridge);
}

/* Whether an address of that interface says that its prefix is routed to this host. */
static bool is_behind(struct nl_sock *nl, const struct address *a)
{
	struct link link;

	return a->ifindex == LOOPBACK_IFINDEX ||
	       (link_by_index(nl, a->ifindex, &link) == 0 && !link.master &&
		(strcmp(link.kind, "dummy") == 0 ||
		 (strcmp(link.kind, "bridge") == 0 && !link.carrier && !is_handed_out(link.name))));
}

bool survey_routed(struct nl_sock *nl, const struct host_addresses *own, int uplink,
		   struct proposal *ret)
{
	struct routed f = { .nl = nl, .own = own, .uplink = uplink, .ret = ret };
	char text[INET6_ADDRSTRLEN];
	struct link link;

	for (size_t i = 0; i < f.own->count; i++) {
		const struct address *a = &f.own->list[i];

		if (a->ifindex == f.uplink || a->length > PROPOSE_ROUTED || a->length < 32 ||
		    !is_public(&a->address) || a->ours ||
		    is_on_uplink(f.own, f.uplink, &a->address) || !is_behind(f.nl, a) ||
		    link_by_index(f.nl, a->ifindex, &link) < 0)
			continue;
		f.ret->length = a->length > 64 ? a->length : 64;
		f.ret->range = range_of_prefix(&a->address, f.ret->length);
		snprintf(f.ret->why, sizeof(f.ret->why),
			 "%s/%u is on %s, where no machine is, and not on the uplink: the provider "
			 "routes it here",
			 text_address(&a->address, text), a->length, link.name);
		f.found = true;
		break;
	}
	if (!f.found)
		route_each_refused(f.nl, on_refused, &f);
	for (size_t i = 0; f.found && i < f.own->count; i++)
		propose_exclude(&f.own->list[i].address, 1, PROPOSE_HOSTS, f.ret);
	f.ret->routed = f.found;
	if (f.found)
		snprintf(f.ret->trap, sizeof(f.ret->trap),
			 "if your provider does not route it, but asks for each address on the "
			 "link: "
			 "v6hook setup --upstream on-link");
	return f.found;
}
