/* The host's side of the provider's link: which interface it is. */
#include "net/uplink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/link.h"
#include "net/route.h"
#include "net/sysctl.h"

/*
 * Where the range is on-link: the interface with an address whose prefix holds its first address;
 * preferred if that is among them. @ret_larger: whether that prefix ends before the range does
 */
static int on_link_interface(const struct host_addresses *h, const struct in6_addr *first,
			     const struct in6_addr *last, int preferred, int not_this,
			     bool *ret_larger)
{
	int found = 0;

	*ret_larger = false;
	for (size_t i = 0; i < h->count; i++) {
		const struct address *a = &h->list[i];
		bool holds_first = in_prefix(first, &a->address, a->length);
		bool holds_last = in_prefix(last, &a->address, a->length);

		if (a->length == 128 || a->ifindex == not_this || !(holds_first || holds_last))
			continue;
		if (found && a->ifindex != preferred)
			continue;
		found = a->ifindex;
		*ret_larger = !(holds_first && holds_last);
	}
	return found;
}

/*
 * The same, of an interface that is preferred whatever the others have: theirs are not read.
 * @ret: the interface, another that was read before, or 0. Returns 0 or -errno.
 */
static int find_on_link(struct host_addresses *h, const struct in6_addr *first,
			const struct in6_addr *last, int preferred, int not_this, int *ret,
			bool *ret_larger)
{
	int r = preferred ? host_addresses_of(h, preferred) : 0;

	*ret = on_link_interface(h, first, last, preferred, not_this, ret_larger);
	return r;
}

/* What may be the cause of having no uplink, and what to do. Returns out. */
static const char *why_none(struct nl_sock *s, int not_this, char *out, size_t size)
{
	struct if_nameindex *all = if_nameindex();
	struct error ignored;
	struct link link;
	int off;

	snprintf(out, size, "name one with \"uplink\" in the pool");
	for (const struct if_nameindex *i = all; i && i->if_name; i++) {
		if (strcmp(i->if_name, "lo") == 0 || (int)i->if_index == not_this ||
		    link_by_name(s, i->if_name, &link) < 0 || link.master || !link.has_mac ||
		    strcmp(link.kind, "bridge") == 0 || strcmp(link.kind, "dummy") == 0)
			continue;
		off = 0;
		sysctl_get("conf", i->if_name, "disable_ipv6", &off, &ignored);
		if (off)
			snprintf(out, size,
				 "IPv6 is off on %s: sysctl net.ipv6.conf.%s.disable_ipv6=0",
				 i->if_name, i->if_name);
		else if (!link.up)
			snprintf(out, size, "%s is down: ip link set %s up", i->if_name,
				 i->if_name);
		else
			continue;
		break;
	}
	if (all)
		if_freenameindex(all);
	return out;
}

int uplink_find(struct nl_sock *s, struct host_addresses *h, const char *name,
		const struct in6_addr *first, const struct in6_addr *last, int not_this,
		struct uplink *ret, struct error *e)
{
	char text[INET6_ADDRSTRLEN], why[160];
	struct uplink u = { 0 };
	struct link link;
	bool larger;
	int standard = h->standard.ifindex, on_link, r;

	inet_ntop(AF_INET6, first, text, sizeof(text));
	if (name) {
		r = link_by_name(s, name, &link);
		if (r < 0)
			return error_set(e, STATUS_USAGE, r,
					 "configuration: uplink '%s': no such interface", name);
		r = find_on_link(h, first, last, link.ifindex, not_this, &on_link, &larger);
		if (r < 0)
			return error_sys(e, r, "cannot list the addresses of %s", name);
	} else {
		r = find_on_link(h, first, last, standard, not_this, &on_link, &larger);
		if (r == 0 && (!standard || on_link != standard)) {
			r = host_addresses_of(h, 0);
			on_link = on_link_interface(h, first, last, standard, not_this, &larger);
		}
		if (r < 0)
			return error_sys(e, r, "cannot list the host's addresses");
		r = on_link || standard ? link_by_index(s, on_link ? on_link : standard, &link)
					: -ENODEV;
		if (r < 0)
			return error_set(
				e, STATUS_USAGE, r,
				"no uplink found: %s is on no link and there is no default "
				"route; %s",
				text, why_none(s, not_this, why, sizeof(why)));
	}
	u.on_link = on_link == link.ifindex;
	if (u.on_link && larger)
		return error_set(e, STATUS_USAGE, -ERANGE,
				 "configuration: the range at %s is larger than the prefix on %s",
				 text, link.name);
	if (!link.up)
		return error_set(e, STATUS_FAILED, -ENETDOWN,
				 "uplink %s is down: ip link set %s up", link.name, link.name);
	u.ifindex = link.ifindex;
	u.master = link.master;
	memcpy(u.name, link.name, sizeof(u.name));
	u.has_mac = link.has_mac;
	u.carrier = link.carrier;
	memcpy(u.mac, link.mac, sizeof(u.mac));
	u.ra_default = h->standard.protocol == RTPROT_RA && standard == link.ifindex;
	*ret = u;
	return 0;
}

int uplink_holds(struct nl_sock *s, struct host_addresses *h, int ifindex,
		 const struct in6_addr *address)
{
	int r = host_addresses_of(h, ifindex);

	if (r < 0)
		return r;
	for (size_t i = 0; i < h->count; i++) {
		const struct address *a = &h->list[i];

		if (a->ifindex == ifindex &&
		    in_prefix(address, &a->address, a->length < 64 ? a->length : 64))
			return 1;
	}
	return route_is_on_link(s, ifindex, address);
}

static int on_source(const struct address *a, void *arg)
{
	if (IN6_IS_ADDR_LINKLOCAL(&a->address) && !(a->flags & IFA_F_TENTATIVE)) {
		*(struct in6_addr *)arg = a->address;
		return 1;
	}
	return 0;
}

int uplink_source(struct nl_sock *s, struct host_addresses *h, const struct uplink *u,
		  struct in6_addr *ret)
{
	int r = host_addresses_of(h, u->ifindex);

	if (r < 0)
		return r;
	for (size_t i = 0; i < h->count; i++)
		if (h->list[i].ifindex == u->ifindex && !(h->list[i].flags & IFA_F_TENTATIVE)) {
			*ret = h->list[i].address;
			return 1;
		}
	return address_each(s, u->ifindex, on_source, ret);
}
