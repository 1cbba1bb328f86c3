/* v6hook setup, the range: the one that is named or proposed, and the uplink that it is at. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "known/way.h"
#include "net/route.h"
#include "ops/setup.h"
#include "policy/survey.h"
#include "policy/survey_link.h"

#define PATIENCE 25 /* fifths of a second; one probe takes 1 to 2 s (RFC 4862, 5.4) */

static int add_text(char **list, size_t *count, const char *text)
{
	list[*count] = strdup(text);
	return list[(*count)++] ? 0 : -ENOMEM;
}

/* Whether any interface has a public address. */
static bool has_public(const struct host_addresses *own)
{
	for (size_t i = 0; i < own->count; i++)
		if (is_public(&own->list[i].address))
			return true;
	return false;
}

/* Whether it may be the provider's. */
static bool may_be_uplink(struct nl_sock *nl, int ifindex, struct link *ret)
{
	return link_by_index(nl, ifindex, ret) == 0 && !ret->master && ret->has_mac &&
	       ret->solicits && strcmp(ret->kind, "bridge") != 0;
}

/* Says that there is no IPv6, and if it can be told, why. Returns r. */
static int tell_none(struct nl_sock *nl, int r, struct error *e)
{
	struct if_nameindex *all = if_nameindex();
	bool off = false, deaf = false;
	struct link link;

	for (const struct if_nameindex *i = all; i && i->if_name && !off && !deaf; i++) {
		if (!may_be_uplink(nl, (int)i->if_index, &link))
			continue;
		off = link.conf.disable_ipv6 == 1;
		deaf = !off && link.up && link.conf.forwarding == 1 && link.conf.accept_ra == 1;
	}
	if (all)
		if_freenameindex(all);
	if (off)
		return error_set(
			e, STATUS_USAGE, r,
			"this host has no IPv6: it is off on %s: sysctl "
			"net.ipv6.conf.%s.disable_ipv6=0 (and find out who turns it off: grep "
			"-r disable_ipv6 /etc/sysctl.d /etc/sysctl.conf /proc/cmdline)",
			link.name, link.name);
	if (deaf)
		return error_set(
			e, STATUS_USAGE, r,
			"this host has no IPv6: somebody has turned forwarding on, and so the "
			"kernel takes no router advertisements on %s any more: sysctl "
			"net.ipv6.conf.%s.accept_ra=2, wait for the default route, then again",
			link.name, link.name);
	return error_set(
		e, STATUS_USAGE, r,
		"this host has no IPv6: no interface has a public address, and there is no "
		"default route (ip -6 route show default): have your provider turn it on, and "
		"configure it");
}

/* The interface to look at: the one that is named, else where the default route leads. */
static int first_guess(struct nl_sock *nl, const struct host_addresses *own,
		       const struct setup_wish *w, struct link *ret, struct error *e)
{
	int r = w->uplink		? link_by_name(nl, w->uplink, ret)
		: own->standard.ifindex ? link_by_index(nl, own->standard.ifindex, ret)
					: -ENETUNREACH;

	if (r < 0 && w->uplink)
		return error_set(e, STATUS_USAGE, r, "--uplink '%s': no such interface", w->uplink);
	if (r == -ENETUNREACH && !has_public(own))
		return tell_none(nl, r, e);
	if (r == -ENETUNREACH)
		return error_set(
			e, STATUS_USAGE, r,
			"there is no IPv6 default route (ip -6 route show default): add it, or "
			"name the provider's interface: --uplink DEV");
	return r < 0 ? error_sys(e, r, "cannot look at the default route's interface") : 0;
}

/* Finds the uplink of the range by the rules of attach. */
static int find_uplink(struct nl_sock *nl, struct host_addresses *own, const struct range *range,
		       struct setup_plan *p, struct uplink *ret, struct error *e)
{
	const struct way w = {
		.name = p->wish->uplink,
		.routed = p->routed,
		.first = range_address(range->prefix, range->first),
		.last = range_address(range->prefix, range->last),
		.address = range_address(range->prefix, range->first),
	};
	int r = way_find(nl, own, &w, ret, e);

	if (r == 0)
		r = link_by_index(nl, ret->ifindex, &p->uplink);
	if (r == -ENOTUNIQ && !p->wish->uplink) {
		const struct error why = *e;

		return error_set(e, why.status, r, "%.800s: v6hook setup --uplink DEV", why.text);
	}
	return r < 0 && !*e->text ? error_sys(e, r, "cannot look at the uplink") : r;
}

/* Whether the named ranges are on-link, if nobody has said so. Returns 0 or -errno. */
static int tell_upstream(struct nl_sock *nl, struct host_addresses *own, const struct range *range,
			 struct setup_plan *p, const struct uplink *uplink, struct error *e)
{
	const struct in6_addr first = range_address(range->prefix, range->first);
	int r;

	if (p->wish->routed || p->wish->on_link)
		return 0;
	r = uplink_holds(nl, own, uplink->ifindex, &first);
	if (r < 0)
		return error_sys(e, r, "cannot tell whether the range is on-link");
	if (r == 0)
		return error_set(
			e, STATUS_USAGE, -EDESTADDRREQ,
			"%s is not on the link of %s: say how the provider hands it to this "
			"host: --upstream routed if it routes the range here, --upstream "
			"on-link if its router asks for each address",
			p->wish->ranges[0], uplink->name);
	return 0;
}

/* Takes the ranges that are named. */
static int take_named(struct nl_sock *nl, struct host_addresses *own, struct setup_plan *p,
		      struct uplink *ret, struct error *e)
{
	const struct setup_wish *w = p->wish;
	struct in6_addr first;
	struct range range;
	int r = 0;

	p->routed = w->routed;
	for (size_t i = w->range_count; r == 0 && i-- > 0;)
		r = range_parse(w->ranges[i], &range, e);
	if (r == 0)
		r = find_uplink(nl, own, &range, p, ret, e);
	if (r == 0)
		r = tell_upstream(nl, own, &range, p, ret, e);
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < w->range_count; i++)
		r = add_text(p->ranges, &p->range_count, w->ranges[i]);
	first = range_address(range.prefix, range.first);
	p->shared = !p->routed && range.last - range.first > 15 && survey_sixteen(&first);
	/* the host's own are never given out anyway; said where it can be seen */
	p->proposal.range = range;
	for (size_t i = 0; i < own->count; i++)
		propose_exclude(&own->list[i].address, 1, PROPOSE_HOSTS, &p->proposal);
	return r;
}

/* Waits a while for the host's address where it is being checked for duplicates, as after a boot.
 */
static int survey_patiently(struct nl_sock *nl, struct host_addresses *own,
			    const struct link *uplink, struct setup_plan *p, struct error *e)
{
	const struct setup_wish *w = p->wish;

	for (int left = PATIENCE;; left--) {
		int r = survey(nl, own, uplink, w->routed, w->on_link, &p->proposal, e);

		if (r != -EAGAIN || left == 0)
			return r;
		usleep(200000);
		host_addresses_release(own);
		*own = (struct host_addresses){ 0 };
		r = host_addresses_read(nl, own, e);
		if (r < 0)
			return r;
	}
}

/* Takes what is proposed. */
static int take_proposed(struct nl_sock *nl, struct host_addresses *own, struct setup_plan *p,
			 struct uplink *ret, struct error *e)
{
	const struct setup_wish *w = p->wish;
	struct link guess;
	char text[64];
	int r = first_guess(nl, own, w, &guess, e);

	if (r == 0)
		r = survey_patiently(nl, own, &guess, p, e);
	if (r < 0)
		return r;
	p->routed = p->proposal.routed;
	r = find_uplink(nl, own, &p->proposal.range, p, ret, e);
	if (r < 0)
		return r;
	propose_text(&p->proposal.range, p->proposal.length, text);
	return add_text(p->ranges, &p->range_count, text);
}

/* Whether an exclusion that is named cuts something out of the ranges. Returns 0 or -errno. */
static int check_exclusion(const struct setup_plan *p, const char *text, struct error *e)
{
	struct range excluded, range;
	int r = range_parse(text, &excluded, e);

	if (r < 0)
		return error_prefix(e, r, "--exclude");
	for (size_t i = 0; i < p->range_count; i++) {
		r = range_parse(p->ranges[i], &range, e);
		if (r < 0 || range_overlaps(&range, &excluded))
			return r;
	}
	return p->wish->range_count
		       ? error_set(e, STATUS_USAGE, -EINVAL, "--exclude %s lies in no --range",
				   text)
		       : error_set(e, STATUS_USAGE, -EINVAL,
				   "--exclude %s does not lie in %s, which is proposed: name "
				   "another with --range",
				   text, p->ranges[0]);
}

int setup_find_range(struct nl_sock *nl, struct setup_plan *p, struct uplink *ret, struct error *e)
{
	_host_addresses_ struct host_addresses own = { 0 };
	const struct setup_wish *w = p->wish;
	int r = host_addresses_read(nl, &own, e);

	if (r == 0)
		r = w->range_count ? take_named(nl, &own, p, ret, e)
				   : take_proposed(nl, &own, p, ret, e);
	for (size_t i = 0; r == 0 && i < p->proposal.exclude_count; i++) {
		char text[INET6_ADDRSTRLEN];

		r = add_text(p->excludes, &p->exclude_count,
			     text_address(&p->proposal.exclude[i], text));
	}
	for (size_t i = 0; r == 0 && i < w->exclude_count; i++) {
		r = check_exclusion(p, w->excludes[i], e);
		if (r == 0)
			r = add_text(p->excludes, &p->exclude_count, w->excludes[i]);
	}
	return r == -ENOMEM ? error_sys(e, r, "cannot make a plan") : r;
}
