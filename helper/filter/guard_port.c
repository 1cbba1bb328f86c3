/* What guards one container's port: the elements that it has in the sets of the tables. */
#include "filter/guard_port.h"

#include <linux/if_ether.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "filter/bare_table.h"

const char *guard_comment(const char *name, char *out)
{
	char escaped[4 * FILTER_COMMENT_MAX], hash[24];
	size_t len;

	text_escape(name, escaped, sizeof(escaped));
	len = strlen(escaped);
	if (len < FILTER_COMMENT_MAX) {
		memcpy(out, escaped, len + 1);
		return out;
	}
	/* long ones differ at their ends, too */
	snprintf(hash, sizeof(hash), " %016llx", (unsigned long long)text_hash(name, 0));
	snprintf(out, FILTER_COMMENT_MAX, "%.*s%s", (int)(FILTER_COMMENT_MAX - sizeof(hash)),
		 escaped, hash);
	return out;
}

/* The elements of one port in the making. */
struct making {
	struct filter_element *list;
	size_t count;
	const char *comment; /* as guard_comment makes it */
};

/* Begins an element. */
static struct filter_element *begin(struct making *m, unsigned int set)
{
	struct filter_element *one = &m->list[m->count++];

	*one = (struct filter_element){ .set = (uint8_t)set };
	strcpy(one->comment, m->comment);
	return one;
}

/* Adds a part to its key, padded to whole words as the kernel's registers are. */
static void part(struct filter_element *one, const void *data, size_t len, size_t padded)
{
	memcpy(one->key + one->len, data, len);
	one->len = (uint8_t)(one->len + padded);
}

static void part_port(struct filter_element *one, const struct guard_port *p)
{
	part(one, &p->port, sizeof(p->port), sizeof(p->port));
}

static void part_mac(struct filter_element *one, const unsigned char mac[6])
{
	part(one, mac, 6, 8);
}

/* The same with the type that stands behind it in a frame. */
static void part_mac_type(struct filter_element *one, const unsigned char mac[6], uint16_t type)
{
	const unsigned char part8[8] = { mac[0],
					 mac[1],
					 mac[2],
					 mac[3],
					 mac[4],
					 mac[5],
					 (unsigned char)(type >> 8),
					 (unsigned char)type };

	part(one, part8, sizeof(part8), sizeof(part8));
}

/* What the port may send from, and nobody else. */
static void may_be(struct making *m, const struct guard_port *p, const struct in6_addr *address)
{
	struct filter_element *one = begin(m, GUARD_OWN6);

	part_port(one, p);
	part_mac_type(one, p->mac, ETH_P_IPV6);
	part(one, address, sizeof(*address), sizeof(*address));
	part(begin(m, GUARD_TAKEN6), address, sizeof(*address), sizeof(*address));
}

/* The link-local address that the kernel makes of a MAC (RFC 4291, appendix A). */
static struct in6_addr link_local_of(const unsigned char mac[6])
{
	return (struct in6_addr){ .s6_addr = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1],
					       mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] } };
}

/* What a port on no bridge may send from: only there it is asked for. */
static void may_be_bare(struct making *m, const struct guard_port *p,
			const struct in6_addr *address)
{
	struct filter_element *one = begin(m, BARE_OWN6);

	part_port(one, p);
	part(one, address, sizeof(*address), sizeof(*address));
}

/* What guards a port on no bridge. */
static void guard_bare(struct making *m, const struct guard_port *p)
{
	struct filter_element *one;

	part_port(begin(m, BARE_PORTS), p);
	may_be_bare(m, p, &p->address);
	for (int i = 0; i < p->given_count; i++)
		may_be_bare(m, p, &p->given[i]);
	one = begin(m, p->has_ipv4 ? BARE_OWN4 : BARE_ANY4);
	part_port(one, p);
	if (p->has_ipv4)
		part(one, &p->ipv4, sizeof(p->ipv4), sizeof(p->ipv4));
}

size_t guard_elements(const struct guard_port *p, struct filter_element *ret)
{
	const struct in6_addr own = link_local_of(p->mac);
	char comment[FILTER_COMMENT_MAX];
	struct making m = { .list = ret, .comment = guard_comment(p->name, comment) };
	struct filter_element *one;

	m.count = expose_elements(&p->address, &p->open, m.comment, ret);
	if (p->speaks && p->bare)
		guard_bare(&m, p);
	if (!p->speaks || p->bare)
		return m.count;
	part_port(begin(&m, GUARD_PORTS), p);
	one = begin(&m, GUARD_MACS);
	part_port(one, p);
	part_mac(one, p->mac);
	part(begin(&m, GUARD_TAKEN_MACS), p->mac, sizeof(p->mac), sizeof(p->mac));
	may_be(&m, p, &p->address);
	may_be(&m, p, &own);
	for (int i = 0; i < p->given_count; i++)
		may_be(&m, p, &p->given[i]);
	if (!p->on_link)
		part(begin(&m, GUARD_ROUTED6), &p->address, sizeof(p->address), sizeof(p->address));
	if (p->has_ipv4) {
		one = begin(&m, GUARD_OWN4);
		part_port(one, p);
		part_mac_type(one, p->mac, ETH_P_IP);
		part(one, &p->ipv4, sizeof(p->ipv4), sizeof(p->ipv4));
		one = begin(&m, GUARD_OWN_ARP);
		part_port(one, p);
		part_mac(one, p->mac);
		part(one, &p->ipv4, sizeof(p->ipv4), sizeof(p->ipv4));
		part(begin(&m, GUARD_TAKEN4), &p->ipv4, sizeof(p->ipv4), sizeof(p->ipv4));
	} else {
		part_port(begin(&m, GUARD_ANY4), p);
	}
	m.comment = GUARD_HOST;
	part(begin(&m, GUARD_GATEWAYS), &p->gateway, sizeof(p->gateway), sizeof(p->gateway));
	return m.count;
}
