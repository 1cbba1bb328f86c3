/* Ranges of IPv6 addresses inside one /64: pure arithmetic on interface identifiers. */
#include "store/range.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static uint64_t half(const unsigned char *bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | bytes[i];
	return n;
}

uint64_t range_prefix_of(const struct in6_addr *address)
{
	return half(address->s6_addr);
}

uint64_t range_interface_id(const struct in6_addr *address)
{
	return half(address->s6_addr + 8);
}

struct in6_addr range_address(uint64_t prefix, uint64_t interface_id)
{
	struct in6_addr a;

	for (int i = 7; i >= 0; i--, prefix >>= 8, interface_id >>= 8) {
		a.s6_addr[i] = (unsigned char)prefix;
		a.s6_addr[i + 8] = (unsigned char)interface_id;
	}
	return a;
}

/* The bits of an interface identifier beyond a prefix of len, 64 to 128. */
static uint64_t host_bits(unsigned int len)
{
	return len <= 64 ? UINT64_MAX : len >= 128 ? 0 : UINT64_MAX >> (len - 64);
}

struct range range_of_prefix(const struct in6_addr *prefix, unsigned int len)
{
	uint64_t id = range_interface_id(prefix);
	struct range r = {
		.prefix = range_prefix_of(prefix),
		.first = id & ~host_bits(len),
		.last = id | host_bits(len),
	};

	return r;
}

static int bad(struct error *e, const char *text, const char *why)
{
	return error_set(e, STATUS_USAGE, -EINVAL, "range '%.100s' %s", text, why);
}

static int read_address(const char *text, const char *whole, struct in6_addr *ret, struct error *e)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, ret) == 1) {
		if (IN6_IS_ADDR_MULTICAST(ret) || IN6_IS_ADDR_LINKLOCAL(ret) ||
		    range_prefix_of(ret) == 0)
			return bad(e, whole, "holds no global unicast addresses");
		return 0;
	}
	if (inet_pton(AF_INET, text, &v4) == 1)
		return bad(e, whole, "is IPv4: v6hook hands out IPv6 addresses");
	return bad(e, whole, "is not PREFIX/LEN, FIRST-LAST or an IPv6 address");
}

static int parse_cidr(const char *whole, const char *address, const char *length, struct range *ret,
		      struct error *e)
{
	struct in6_addr a;
	unsigned long number = 0;
	char name[INET6_ADDRSTRLEN];
	const bool known = text_to_number(length, 128, &number);
	const unsigned int len = (unsigned int)number;
	int r;

	if (known && len < 64 && inet_pton(AF_INET6, address, &a) == 1)
		return bad(e, whole,
			   "is larger than the /64 that a link has: name the /64, or a part of it");
	r = read_address(address, whole, &a, e);
	if (r < 0)
		return r;
	if (!known)
		return bad(e, whole, "has no prefix length from 64 to 128");
	if (range_interface_id(&a) & host_bits(len)) {
		a = range_address(range_prefix_of(&a), range_interface_id(&a) & ~host_bits(len));
		return error_set(
			e, STATUS_USAGE, -EINVAL,
			"range '%.100s' has bits set beyond its prefix: did you mean %s/%u?", whole,
			inet_ntop(AF_INET6, &a, name, sizeof(name)), len);
	}
	*ret = range_of_prefix(&a, len);
	return 0;
}

static int parse_pair(const char *whole, const char *first, const char *last, struct range *ret,
		      struct error *e)
{
	struct in6_addr a, b;
	int r = read_address(first, whole, &a, e);

	if (r == 0)
		r = read_address(last, whole, &b, e);
	if (r < 0)
		return r;
	if (range_prefix_of(&a) != range_prefix_of(&b))
		return bad(e, whole, "is larger than a /64: both ends must lie in the same one");
	if (range_interface_id(&a) > range_interface_id(&b))
		return bad(e, whole, "ends before it begins");
	ret->prefix = range_prefix_of(&a);
	ret->first = range_interface_id(&a);
	ret->last = range_interface_id(&b);
	return 0;
}

int range_parse(const char *text, struct range *ret, struct error *e)
{
	char copy[2 * INET6_ADDRSTRLEN + 8], *cut;

	if (strlen(text) >= sizeof(copy))
		return bad(e, text, "is too long");
	strcpy(copy, text);
	cut = strpbrk(copy, "/-");
	if (!cut)
		return parse_pair(text, copy, copy, ret, e);
	if (*cut == '/') {
		*cut = '\0';
		return parse_cidr(text, copy, cut + 1, ret, e);
	}
	*cut = '\0';
	return parse_pair(text, copy, cut + 1, ret, e);
}

bool range_contains(const struct range *r, const struct in6_addr *address)
{
	uint64_t id = range_interface_id(address);

	return range_prefix_of(address) == r->prefix && id >= r->first && id <= r->last;
}

bool range_overlaps(const struct range *a, const struct range *b)
{
	return a->prefix == b->prefix && a->first <= b->last && b->first <= a->last;
}

bool range_covers(const struct range *a, const struct range *b)
{
	return a->prefix == b->prefix && a->first <= b->first && b->last <= a->last;
}

size_t range_reserved(uint64_t prefix, struct range *ret)
{
	const struct range reserved[RANGE_RESERVED] = {
		{ prefix, 0, 0 },
		{ prefix, 0x02005efffe000000u, 0x02005efffeffffffu },
		{ prefix, 0xfdffffffffffff80u, 0xfdffffffffffffffu },
	};

	memcpy(ret, reserved, sizeof(reserved));
	return RANGE_RESERVED;
}

unsigned int range_block(const struct range *r, const struct in6_addr *address,
			 struct in6_addr *ret_first)
{
	const uint64_t id = range_interface_id(address);
	unsigned int length = 64;
	uint64_t host = UINT64_MAX;

	while (host && ((id & ~host) < r->first || (id | host) > r->last)) {
		host >>= 1;
		length++;
	}
	*ret_first = range_address(r->prefix, id & ~host);
	return length;
}
