/*
 * The guard of ports that are on no bridge (LXC's veth.mode=router): what may come in by them, and
 * as whose.
 *
 * Theory of operation: nobody is beside such a port, so that there are no MACs and no neighbours to
 * fake. What is left to lie about is the sender's address, to all the world, and the host is to be
 * reached by the link as little as by a bridge: by ICMPv6, and by what answers. All is decided
 * before the routing and before connections are known. It is a table of its own, as it costs each
 * packet of the host a look-up, and few hosts have such a port.
 */
#include "filter/bare_table.h"

#include "base/cleanup.h"

/* where the raw tables of others are, before the tracking of connections */
#define FIRST (-300)

#define PORT META(IIF, 4)
#define PROTOCOL META(PROTOCOL, 2)
#define UPPER META(L4PROTO, 1) /* behind all extension headers */
#define FROM6 NETWORK(8, 16)
#define FROM6_PREFIX NETWORK(8, 2)
#define TO6 NETWORK(24, 16)
#define TO6_PREFIX NETWORK(24, 2)
#define NEXT NETWORK(6, 1) /* the header behind IPv6's own */
#define FROM4 NETWORK(12, 4)
#define ICMP_TYPE TRANSPORT(0, 1)
#define TCP_FLAGS TRANSPORT(13, 1)

#define IPV6 "\x86\xdd"
#define TCP "\x06"
#define ICMPV6 "\x3a"
#define NOBODY6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ALL_NODES "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01" /* RFC 4291, 2.7.1 */
#define LINK_LOCAL "\xfe\x80"
#define LINK_LOCAL_PART MASK("\xff\xc0")

static const struct filter_set sets[] = {
	{ "ports", FILTER_INDEX, 4, "of attached containers" },
	{ "own6", TYPE2(FILTER_INDEX, FILTER_IPV6), 20, "that a port may send from" },
	{ "own4", TYPE2(FILTER_INDEX, FILTER_IPV4), 8, "that a port may send from" },
	{ "any4", FILTER_INDEX, 4, "ports whose IPv4 address nobody tells" },
};

/* clang-format off */
static const struct term prerouting[] = {
	PORT, NOT_IN("ports"), ACCEPT,
	PROTOCOL, IS(IPV6), GOTO("port6"),
	PORT, IN("any4"), ACCEPT,
	PORT, FROM4, IN("own4"), ACCEPT,
	DROP_AS("foreign address"),
};

static const struct term port6[] = {
	/* router advertisements and redirects (RFC 4861) */
	UPPER, IS(ICMPV6), ICMP_TYPE, IS("\x86"), DROP_AS("router advertisement"),
	UPPER, IS(ICMPV6), ICMP_TYPE, IS("\x89"), DROP_AS("redirect"),
	PORT, FROM6, IN("own6"), GOTO("near"),
	/* of link-local ones it may have chosen any */
	FROM6_PREFIX, LINK_LOCAL_PART, IS(LINK_LOCAL), GOTO("near"),
	FROM6, IS(NOBODY6), UPPER, IS(ICMPV6), ACCEPT,
	DROP_AS("foreign address"),
};

static const struct term near[] = {
	TO6_PREFIX, LINK_LOCAL_PART, IS(LINK_LOCAL), GOTO("on_link"),
	TO6, IS(ALL_NODES), GOTO("on_link"),
};

static const struct term on_link[] = {
	UPPER, IS(ICMPV6), ACCEPT,
	/* of a connection that the host has begun: not SYN alone */
	NEXT, IS(TCP), TCP_FLAGS, MASK("\x12"), ISNT("\x02"), ACCEPT,
	DROP_AS("the host's"),
};
/* clang-format on */

static const struct filter_chain chains[] = {
	{ "prerouting", true, NF_INET_PRE_ROUTING, FIRST, prerouting, ARRAY_SIZE(prerouting) },
	{ .name = "port6", .terms = port6, .count = ARRAY_SIZE(port6) },
	{ .name = "near", .terms = near, .count = ARRAY_SIZE(near) },
	{ .name = "on_link", .terms = on_link, .count = ARRAY_SIZE(on_link) },
};

const struct filter_table bare_table = {
	.name = "v6hook",
	.family = NFPROTO_INET,
	.comment = "v6hook's guard of ports on no bridge: v6hook reconcile puts it right",
	.sets = sets,
	.set_count = ARRAY_SIZE(sets),
	.chains = chains,
	.chain_count = ARRAY_SIZE(chains),
};
