/* Who is told that an address is here now: the router, the bridge's containers, other bridges. */
#include "policy/announced.h"

#include <string.h>

#include "base/note.h"
#include "keep/answered.h"
#include "known/onlink.h"
#include "net/across.h"
#include "net/ndisc.h"

void announced_address(struct attaching *a)
{
	const struct uplink *u = &a->choice.uplink;
	struct in6_addr source;
	struct error error;
	int r;

	if (a->choice.pool->routed || !u->has_mac ||
	    uplink_source(a->at.host, &a->at.own, u->ifindex, a->c->config->announce_link_local,
			  &source) <= 0)
		return;
	if (a->c->config->store.shared)
		r = answered_announce(a->c, u->ifindex, u->mac, &source, &a->choice.lease.address,
				      &error);
	else
		r = ndisc_announce(u->ifindex, u->mac, &source, &a->choice.lease.address, &error);
	if (r < 0)
		note(NOTE_WARNING, "cannot announce the address: %s", error.text);
}

void announced_gateway(const struct attaching *a, const unsigned char mac[6])
{
	const struct in6_addr *gateway = &a->c->config->gateway;
	struct error error;

	if (ndisc_announce(a->at.port.via, mac, gateway, gateway, &error) < 0)
		note(NOTE_DETAIL, "cannot announce the gateway: %s", error.text);
}

void announced_across(struct attaching *a)
{
	int r = 0;

	/* without an address from elsewhere it has none on-link */
	if (!a->choice.pool->routed && a->given.has.found_count)
		r = onlink_pools(a->c->pools, &a->at.own, a->at.port.via);
	/* not otherwise, as all that v6hook has is read for it */
	if (r == 1)
		r = across_answer(a->at.host, &a->at.own, a->at.port.via);
	if (r < 0)
		note(NOTE_WARNING, "%s does not reach all of its subnet: %s", a->ident,
		     strerror(-r));
}
