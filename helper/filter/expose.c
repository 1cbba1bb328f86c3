/*
 * Exposure: of an attached container's ports, others reach those that are meant.
 *
 * Theory of operation: what is routed to a container, from outside and from other containers alike,
 * comes through the host's forward hook. What answers a connection passes without a look-up, be it
 * the container's answers or those to what it has begun. Of what begins one, or goes on with it, to
 * a closed address passes what goes to an open port, so that a port that is closed is closed at
 * once also for those who are connected to it; what another connection expects, errors, echo and
 * Neighbour Discovery pass, too; the rest is dropped. Nothing is accepted in the place of others'
 * rules, which see all that passes here.
 *
 * So nobody else may begin a connection in the name of a container whose ports are closed: what
 * others send back under it would be an answer. What begins one comes from where the container is
 * routed to, or is dropped before it is known as a connection. That is asked before routing, as
 * what is for the host itself counts, too, and as kernels before 5.19 ask the routes nowhere else.
 * Fragments have been put together by then: who asks for the state of a connection turns that on.
 */
#include "filter/expose.h"

#include <endian.h>
#include <string.h>

#include "base/cleanup.h"

/* before the filters of others, which are at 0 */
#define EARLY (-10)

#define FROM6 NETWORK(8, 16)
#define TO6 NETWORK(24, 16)
#define UPPER META(L4PROTO, 1) /* behind all extension headers */
#define ICMP_TYPE TRANSPORT(0, 1)
#define TO_PORT TRANSPORT(2, 2)
#define ICMPV6 "\x3a"
#define CLOSED "closed"
#define OPEN "open"

#define REPLY "\x01" /* IP_CT_DIR_REPLY */
/* IPS_EXPECTED and IPS_CONFIRMED, bits of a number in the host's order */
#if __BYTE_ORDER == __LITTLE_ENDIAN
#define EXPECTED MASK("\x01\0\0\0")
#define CONFIRMED MASK("\x08\0\0\0")
#else
#define EXPECTED MASK("\0\0\0\x01")
#define CONFIRMED MASK("\0\0\0\x08")
#endif

static const struct filter_set sets[] = {
	{ CLOSED, FILTER_IPV6, 16, "containers of which not all ports are open" },
	{ OPEN, TYPE3(FILTER_IPV6, FILTER_PROTOCOL, FILTER_PORT), 24, "their open ports" },
};

/* clang-format off */
static const struct term prerouting[] = {
	/* the first packet alone: "new" would be all of what goes one way */
	CT(STATUS, 4), CONFIRMED, IS("\0\0\0\0"), FROM6, IN(CLOSED), NO_WAY_BACK,
		DROP_AS("foreign address"),
};

static const struct term forward[] = {
	CT(DIRECTION, 1), IS(REPLY), ACCEPT,
	TO6, UPPER, TO_PORT, IN(OPEN), ACCEPT,
	TO6, NOT_IN(CLOSED), ACCEPT,
	/* types of ICMPv6: errors, echo, Neighbour Discovery (RFC 4443, 4861) */
	UPPER, IS(ICMPV6), ICMP_TYPE, AT_MOST("\x04"), ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, AT_LEAST("\x80"), AT_MOST("\x81"), ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, AT_LEAST("\x85"), AT_MOST("\x88"), ACCEPT,
	CT(STATUS, 4), EXPECTED, ISNT("\0\0\0\0"), ACCEPT,
	DROP_AS("not exposed"),
};
/* clang-format on */

static const struct filter_chain chains[] = {
	{ "prerouting", true, NF_INET_PRE_ROUTING, EARLY, prerouting, ARRAY_SIZE(prerouting) },
	{ "forward", true, NF_INET_FORWARD, EARLY, forward, ARRAY_SIZE(forward) },
};

const struct filter_table expose_table = {
	.name = "v6hook",
	.family = NFPROTO_IPV6,
	.comment = "v6hook's exposure: v6hook reconcile puts it right",
	.sets = sets,
	.set_count = ARRAY_SIZE(sets),
	.chains = chains,
	.chain_count = ARRAY_SIZE(chains),
};

/* Begins an element with the address. */
static struct filter_element begin(enum expose_set set, const struct in6_addr *address,
				   const char *comment)
{
	struct filter_element one = { .set = (uint8_t)set, .len = sizeof(*address) };

	memcpy(one.key, address, sizeof(*address));
	strcpy(one.comment, comment);
	return one;
}

size_t expose_elements(const struct in6_addr *address, const struct exposed *open,
		       const char *comment, struct filter_element *ret)
{
	size_t count = 0;

	if (open->word == EXPOSE_UNSAID || open->word == EXPOSE_ALL)
		return 0;
	ret[count++] = begin(EXPOSE_CLOSED, address, comment);
	for (size_t i = 0; i < open->count; i++)
		for (unsigned int p = open->ranges[i].first; p <= open->ranges[i].last; p++) {
			struct filter_element *one = &ret[count++];

			*one = begin(EXPOSE_OPEN, address, comment);
			/* each part padded to a whole word, the port in the network's order */
			one->key[16] = open->udp >> i & 1 ? IPPROTO_UDP : IPPROTO_TCP;
			one->key[20] = (uint8_t)(p >> 8);
			one->key[21] = (uint8_t)p;
			one->len = 24;
		}
	return count;
}
