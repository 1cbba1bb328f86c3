/* The host's side of the provider's link: which interface it is. */
#include "net/uplink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "net/route.h"

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

static int on_link_local(const struct address *a, void *arg)
{
	if (!IN6_IS_ADDR_LINKLOCAL(&a->address) || a->flags & IFA_F_TENTATIVE)
		return 0;
	*(struct in6_addr *)arg = a->address;
	return 1;
}

int uplink_source(struct nl_sock *s, struct host_addresses *h, int ifindex, bool link_local,
		  struct in6_addr *ret)
{
	const struct address *global = NULL;
	int r = host_addresses_of(h, ifindex);

	if (r < 0)
		return r;
	for (size_t i = 0; i < h->count && !global; i++)
		if (h->list[i].ifindex == ifindex && !(h->list[i].flags & IFA_F_TENTATIVE))
			global = &h->list[i];
	if (link_local || !global)
		r = address_each(s, ifindex, on_link_local, ret);
	if (r != 0 || !global)
		return r;
	*ret = global->address;
	return 1;
}
