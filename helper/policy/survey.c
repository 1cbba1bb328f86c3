/* What the host's network says of a range for containers: the ground for a proposal. */
#include "policy/survey.h"

#include <errno.h>
#include <linux/if_addr.h>

#include "net/route.h"
#include "policy/survey_link.h"
#include "policy/survey_routed.h"

/* How good an address of the uplink's is to go by; 0: not at all. */
static int rank(const struct address *a)
{
	if (!is_public(&a->address) || a->ours ||
	    (a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)))
		return 0;
	return 1 + 2 * (a->length != 128) + !!(a->flags & IFA_F_PERMANENT);
}

/* Whether the uplink has a public address that is tentative (RFC 4862, 5.4). */
static bool is_being_checked(const struct host_addresses *own, int uplink)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->list[i].ifindex == uplink && is_public(&own->list[i].address) &&
		    (own->list[i].flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == IFA_F_TENTATIVE)
			return true;
	return false;
}

/* The host's address on the uplink that is gone by, or null. */
static const struct address *host_address(const struct host_addresses *own, int uplink)
{
	const struct address *best = NULL;

	for (size_t i = 0; i < own->count; i++) {
		const struct address *a = &own->list[i];

		if (a->ifindex == uplink && rank(a) > (best ? rank(best) : 0))
			best = a;
	}
	return best;
}

int survey(struct nl_sock *nl, struct host_addresses *own, const struct link *uplink, bool routed,
	   bool on_link, struct proposal *ret, struct error *e)
{
	struct proposal p = { 0 };
	const struct address *host = host_address(own, uplink->ifindex);

	if (!on_link && survey_routed(nl, own, uplink->ifindex, &p)) {
		*ret = p;
		return 0;
	}
	if (routed)
		return error_set(e, STATUS_USAGE, -ENODATA,
				 "no prefix that is routed to this host can be told: v6hook setup "
				 "--upstream routed --range PREFIX/LEN");
	if (!host && is_being_checked(own, uplink->ifindex))
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "the address of %s is not usable yet, as it is being checked for "
				 "duplicates: again in a few seconds",
				 uplink->name);
	if (!host)
		return error_set(
			e, STATUS_USAGE, -EADDRNOTAVAIL,
			"%s has no public IPv6 address: have your provider give the server "
			"one, and configure it (ip -6 address show dev %s)",
			uplink->name, uplink->name);
	return survey_link(nl, own, uplink, host, ret, e);
}
