/* What the host itself has: its addresses, and its default route. */
#include "net/own.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"

static int collect(const struct address *a, void *arg)
{
	struct host_addresses *h = arg;

	if (IN6_IS_ADDR_LINKLOCAL(&a->address) || IN6_IS_ADDR_LOOPBACK(&a->address))
		return 0;
	return list_add(&h->list, &h->count, a, sizeof(*a));
}

void host_addresses_begin(struct nl_sock *s, struct host_addresses *ret)
{
	/* any address that is surely elsewhere: the look-up sends nothing */
	const struct in6_addr anywhere = { .s6_addr = { 0x20 } };
	struct host_addresses h = { .nl = s };

	if (route_lookup(s, &anywhere, &h.standard) < 0 || h.standard.length != 0)
		h.standard = (struct route){ .ifindex = 0 };
	*ret = h;
}

int host_addresses_read(struct nl_sock *s, struct host_addresses *ret, struct error *e)
{
	_host_addresses_ struct host_addresses h = { 0 };
	int r;

	host_addresses_begin(s, &h);
	r = host_addresses_of(&h, 0);
	if (r < 0)
		return error_sys(e, r, "cannot list the host's addresses");
	*ret = h;
	h.list = NULL;
	return 0;
}

int host_addresses_of(struct host_addresses *h, int ifindex)
{
	size_t before;
	int r;

	for (size_t i = 0; i < h->link_count; i++)
		if (h->links[i] == ifindex)
			return 0;
	if (h->all)
		return 0;
	if (h->link_count == OWN_LINKS_MOST)
		ifindex = 0;
	before = ifindex ? h->count : 0;
	h->count = before;
	h->link_count = ifindex ? h->link_count : 0;
	r = address_each(h->nl, ifindex, collect, h);
	if (r < 0) {
		h->count = before;
		return r;
	}
	h->all = ifindex == 0;
	if (ifindex)
		h->links[h->link_count++] = ifindex;
	return 0;
}

/* Whether the address is all zeros beyond its prefix. */
static bool is_zero_beyond(const struct in6_addr *a, unsigned int length)
{
	for (unsigned int bit = length; bit < 128; bit++)
		if (a->s6_addr[bit / 8] & (0x80 >> bit % 8))
			return false;
	return true;
}

static const char own[] = "is the host's own";
static const char anycast[] = "is the subnet-router anycast address of the host's link";

/* What the addresses that were read say of one. Returns why it is the host's, or null. */
static const char *listed(const struct host_addresses *h, const struct in6_addr *address)
{
	const char *why = NULL;

	for (size_t i = 0; i < h->count; i++) {
		const struct address *a = &h->list[i];

		if (memcmp(&a->address, address, sizeof(*address)) == 0)
			why = own;
		else if (a->length < 127 && in_prefix(address, &a->address, a->length) &&
			 is_zero_beyond(address, a->length))
			why = anycast;
	}
	return why;
}

/*
 * Where not all addresses are read, the kernel's tables are asked: an own address has a local
 * route. One that is tentative has none yet (a bridge without a port keeps it so), but its prefix
 * leads to its interface, whose addresses are read then. Returns 0 or -errno.
 */
static int look_up(struct host_addresses *h, const struct in6_addr *address, const char **ret_why)
{
	struct route route;
	int r = route_lookup(h->nl, address, &route);

	/* nothing leads there, or a route of the types unreachable, prohibit, blackhole */
	if (r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL)
		return 0;
	if (r == 0 && route.local)
		*ret_why = route.anycast ? anycast : own;
	else if (r == 0 && !route.has_gateway)
		r = host_addresses_of(h, route.ifindex);
	return r;
}

int host_addresses_have(struct host_addresses *h, const struct in6_addr *address,
			const char **ret_why)
{
	const char *why = NULL;
	int r = h->all ? 0 : look_up(h, address, &why);

	if (r < 0)
		return r;
	if (!why)
		why = listed(h, address);
	if (h->standard.has_gateway && memcmp(&h->standard.gateway, address, sizeof(*address)) == 0)
		why = "is the gateway's";
	if (why && ret_why)
		*ret_why = why;
	return why != NULL;
}
