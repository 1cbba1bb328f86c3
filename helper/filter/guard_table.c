/*
 * The guard's table: what may come in by a bridge's ports, and as whose.
 *
 * Theory of operation: all is decided where a frame comes in, before the bridge learns its sender's
 * MAC. A frame of an attached container is let in if its port, its MAC and its address belong
 * together: one look-up for nearly all of them, as that is what costs (docs/bench.md), after loads
 * and comparisons of one word, which the kernel does by the way. Of what is left, each protocol is
 * asked whom it speaks for. What is not known to be harmless is dropped there: other protocols than
 * ARP, IPv4 and IPv6, VLAN tags, and what can say more than one thing, as a first fragment without
 * its upper header.
 *
 * Other ports keep what they have, but for the MACs and addresses of attached containers. As not
 * every kernel tells which bridge a frame is on, that holds for all bridges of the host; the
 * gateway's address, which others may have elsewhere, is kept for it where a frame goes to a
 * container's port. The kernel takes a first VLAN tag away before all this, so that `meta protocol`
 * and the network header are those behind it; a tag below a priority tag (VLAN 0) is looked through
 * by the receiver, too, and is dropped.
 *
 * What goes from port to port without the host having it is only what stays on the link: to a
 * container's own address the way leads over the host, whose firewall sees it there. So unicast to
 * a link-local address, the host's or a container's, is Neighbour Discovery and ICMPv6 alone, and
 * so is what goes to all nodes, whose listeners hear it with all that is sent to them. For other
 * groups one has to ask.
 */
#include "filter/guard_table.h"

#include <linux/netfilter_bridge.h>

#include "base/cleanup.h"

/* nf_tables' name for the chains before all others that look at bridges (ebtables: -300) */
#define FIRST (-400)

#define PORT META(IIF, 4)
#define OUT_PORT META(OIF, 4)
#define BEHIND_TAG META(PROTOCOL, 2)
#define UPPER META(L4PROTO, 1) /* behind all extension headers */
#define MAC ETHER(6, 6)
#define MAC_TYPE ETHER(6, 8) /* and the type of what follows: one load */
#define TYPE ETHER(12, 2)
#define TAG ETHER(14, 2)
#define FROM6 NETWORK(8, 16)
#define FROM6_PREFIX NETWORK(8, 2)
#define TO6 NETWORK(24, 16)
#define TO6_BYTE NETWORK(24, 1)
/* neither to a link-local address nor to a group */
#define FAR NETWORK(24, 4), MASK("\xfe\0\0\0"), ISNT("\xfe\0\0\0")
#define TO6_PREFIX NETWORK(24, 2)
#define TO6_GROUP NETWORK(24, 13)
#define NEXT NETWORK(6, 1) /* the header behind IPv6's own */
#define HOPS NETWORK(7, 1)
#define FROM4 NETWORK(12, 4)
#define PROTOCOL4 NETWORK(9, 1)
#define ARP_KIND NETWORK(0, 6)
#define ARP_MAC NETWORK(8, 6)
#define ARP_FROM NETWORK(14, 4)
#define ICMP_TYPE TRANSPORT(0, 1)
#define IS_ECHO TRANSPORT(0, 4), MASK("\xfe\0\0\0"), IS("\x80\0\0\0")
#define TARGET TRANSPORT(8, 16)
#define OPTION TRANSPORT(24, 1)
#define OPTION_MAC TRANSPORT(26, 6)
#define ROUTER_OPTION TRANSPORT(8, 1)
#define ROUTER_OPTION_MAC TRANSPORT(10, 6)
#define FROM_PORT TRANSPORT(0, 2)
#define TO_PORT TRANSPORT(2, 2)
#define TCP_FLAGS TRANSPORT(13, 1)
#define FRAGMENT_AT EXTENSION(44, 2, 2)

#define IPV4 "\x08\x00"
#define ARP "\x08\x06"
#define IPV6 "\x86\xdd"
#define VLAN "\x81\x00"
#define QINQ "\x88\xa8"
#define ICMPV4 "\x01"
#define IGMP "\x02"
#define TCP "\x06"
#define UDP "\x11"
#define ICMPV6 "\x3a"
#define NOBODY4 "\0\0\0\0"
#define NOBODY6 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define ALL_NODES "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01" /* RFC 4291, 2.7.1 */
#define SOLICITED \
	"\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff" /* the groups of single addresses, likewise */
#define LINK_LOCAL "\xfe\x80"
#define LINK_LOCAL_PART MASK("\xff\xc0")
#define DHCP_SERVER "\x00\x43" /* ports of UDP */
#define DHCPV6_SERVER "\x02\x23"
#define FARTHEST "\xff" /* the hop limit of what has crossed no router */

/* Types of ICMPv6: RFC 4443, 4861, 2710, 3810. */
#define ERRORS AT_LEAST("\x01"), AT_MOST("\x04")
#define ECHO AT_LEAST("\x80"), AT_MOST("\x81")
#define REPORTS AT_LEAST("\x83"), AT_MOST("\x84") /* of groups that it is in, or leaves */
#define REPORT_2 "\x8f"
#define ROUTER_SOLICITATION "\x85"
#define ROUTER_ADVERTISEMENT "\x86"
#define SOLICITATION "\x87"
#define ADVERTISEMENT "\x88"
#define REDIRECT "\x89"

/* clang-format would put each term on a line of its own */
/* clang-format off */

static const struct filter_set sets[GUARD_SETS] = {
	[GUARD_PORTS] = { "ports", FILTER_INDEX, 4, "of attached containers" },
	[GUARD_MACS] = { "macs", TYPE2(FILTER_INDEX, FILTER_MAC), 12, "that a port may send from" },
	[GUARD_OWN6] = { "own6", TYPE3(FILTER_INDEX, FILTER_MAC, FILTER_IPV6), 28,
			 "that a port may send from" },
	[GUARD_OWN4] = { "own4", TYPE3(FILTER_INDEX, FILTER_MAC, FILTER_IPV4), 16,
			 "that a port may send from" },
	[GUARD_OWN_ARP] = { "own_arp", TYPE3(FILTER_INDEX, FILTER_MAC, FILTER_IPV4), 16,
			    "that a port may tell of" },
	[GUARD_ANY4] = { "any4", FILTER_INDEX, 4, "ports whose IPv4 address nobody tells" },
	[GUARD_TAKEN_MACS] = { "taken_macs", FILTER_MAC, 6, "that no other port may send from" },
	[GUARD_TAKEN6] = { "taken6", FILTER_IPV6, 16, "that no other may have" },
	[GUARD_TAKEN4] = { "taken4", FILTER_IPV4, 4, "that no other may have" },
	[GUARD_ROUTED6] = { "routed6", FILTER_IPV6, 16, "that are reached by way of the host only" },
	[GUARD_GATEWAYS] = { "gateways", FILTER_IPV6, 16, "that no container may have" },
};

static const struct term prerouting[] = {
	/* what nearly all are, at the cost of one look-up: the type is in the key */
	FAR, NEXT, IS(TCP), PORT, MAC_TYPE, FROM6, IN("own6"), ACCEPT,
	FAR, NEXT, IS(UDP), FROM_PORT, ISNT(DHCPV6_SERVER), PORT, MAC_TYPE, FROM6, IN("own6"), ACCEPT,
	FAR, NEXT, IS(ICMPV6), IS_ECHO, PORT, MAC_TYPE, FROM6, IN("own6"), ACCEPT,
	PROTOCOL4, IS(TCP), PORT, MAC_TYPE, FROM4, IN("own4"), ACCEPT,
	PROTOCOL4, IS(UDP), FROM_PORT, ISNT(DHCP_SERVER), PORT, MAC_TYPE, FROM4, IN("own4"), ACCEPT,
	PORT, MAC, IN("macs"), GOTO("port"),
	PORT, IN("ports"), DROP_AS("foreign MAC"),
	/* all others, on whatever bridge: nobody else has these */
	MAC, IN("taken_macs"), DROP_AS("foreign MAC"),
	BEHIND_TAG, IS(IPV6), GOTO("stranger6"),
	BEHIND_TAG, IS(IPV4), FROM4, IN("taken4"), DROP_AS("foreign address"),
	BEHIND_TAG, IS(ARP), ARP_FROM, IN("taken4"), DROP_AS("foreign address"),
	BEHIND_TAG, IS(VLAN), TAG, MASK("\x0f\xff"), IS("\0\0"), DROP_AS("tag in a priority tag"),
	BEHIND_TAG, IS(QINQ), TAG, MASK("\x0f\xff"), IS("\0\0"), DROP_AS("tag in a priority tag"),
};

static const struct term stranger6[] = {
	FROM6, IN("taken6"), DROP_AS("foreign address"),
	FRAGMENT_AT, MASK("\xff\xf8"), IS("\0\0"), UPPER, IS(ICMPV6), JUMP("fragment"),
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(ADVERTISEMENT), TARGET, IN("taken6"), DROP_AS("foreign target"),
	FROM6, IS(NOBODY6), UPPER, IS(ICMPV6), ICMP_TYPE, IS(SOLICITATION),
		TARGET, IN("taken6"), DROP_AS("foreign target"),
};

/* The first fragment: of Neighbour Discovery there is none (RFC 6980), nor one that hides what it is. */
static const struct term fragment[] = {
	ICMP_TYPE, BELOW(ROUTER_SOLICITATION), RETURN,
	ICMP_TYPE, COMPARE(GT, REDIRECT), RETURN,
	DROP_AS("Neighbour Discovery in fragments"),
};

static const struct term forward[] = {
	/* straight to somebody: neither a group nor link-local */
	TYPE, IS(IPV6), TO6, IN("routed6"), DROP_AS("past the host"),
	TYPE, IS(IPV6), FROM6, IN("routed6"), TO6_BYTE, BELOW("\xfe"), DROP_AS("past the host"),
	PORT, IN("ports"), ACCEPT,
	OUT_PORT, IN("ports"), GOTO("toward"),
};

/* To an attached container, from a port that is not attached. */
static const struct term toward[] = {
	TYPE, IS(VLAN), DROP_AS("VLAN tag"),
	TYPE, IS(QINQ), DROP_AS("VLAN tag"),
	TYPE, ISNT(IPV6), ACCEPT,
	FROM6, IN("gateways"), DROP_AS("foreign address"),
	TO6_PREFIX, LINK_LOCAL_PART, IS(LINK_LOCAL), JUMP("on_link"),
	TO6, IS(ALL_NODES), JUMP("on_link"),
	TO6_GROUP, IS(SOLICITED), JUMP("on_link"),
	UPPER, IS(UDP), FROM_PORT, IS(DHCPV6_SERVER), DROP_AS("DHCPv6 server"),
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(ROUTER_ADVERTISEMENT), DROP_AS("router advertisement"),
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(REDIRECT), DROP_AS("redirect"),
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(ADVERTISEMENT),
		TARGET, IN("gateways"), DROP_AS("foreign target"),
};

/* To a link-local address, or to a group that each is in, where no firewall of the host's is passed. */
static const struct term on_link[] = {
	UPPER, IS(ICMPV6), RETURN,
	/* of a connection that the other has begun: not SYN alone */
	NEXT, IS(TCP), TCP_FLAGS, MASK("\x12"), ISNT("\x02"), RETURN,
	DROP_AS("past the host"),
};

/* From an attached container, by its MAC. */
static const struct term port[] = {
	TYPE, IS(IPV6), GOTO("port6"),
	TYPE, IS(IPV4), GOTO("port4"),
	TYPE, IS(ARP), GOTO("port_arp"),
	DROP_AS("other protocol, or VLAN tag"),
};

static const struct term port6[] = {
	PORT, MAC_TYPE, FROM6, IN("own6"), GOTO("proven6"),
	FROM6, IS(NOBODY6), GOTO("nameless6"),
	/* of link-local ones it advertises only the one of its MAC, but who is answered by one may have
	 * chosen another */
	FROM6_PREFIX, LINK_LOCAL_PART, ISNT(LINK_LOCAL), DROP_AS("foreign address"),
	FROM6, IN("taken6"), DROP_AS("foreign address"),
	FROM6, IN("gateways"), DROP_AS("foreign address"),
	GOTO("proven6"),
};

/* From ::, as long as it has no address. */
static const struct term nameless6[] = {
	NEXT, IS(ICMPV6), ICMP_TYPE, IS(SOLICITATION), HOPS, IS(FARTHEST), GOTO("detection"),
	NEXT, IS(ICMPV6), ICMP_TYPE, IS(ROUTER_SOLICITATION), HOPS, IS(FARTHEST), ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, REPORTS, ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(REPORT_2), ACCEPT,
	DROP_AS("no address"),
};

/* Of its own addresses: of another, be it nobody's yet, it would be denied to who wants it. */
static const struct term detection[] = {
	PORT, MAC_TYPE, TARGET, IN("own6"), ACCEPT,
	DROP_AS("foreign target"),
};

/* From where it may come from. */
static const struct term proven6[] = {
	TO6_BYTE, AT_LEAST("\xfe"), JUMP("near"),
	NEXT, IS(TCP), ACCEPT,
	NEXT, IS(UDP), FROM_PORT, ISNT(DHCPV6_SERVER), ACCEPT,
	NEXT, IS(ICMPV6), GOTO("icmpv6"),
	GOTO("extended6"),
};

/* To a link-local address, or a group. */
static const struct term near[] = {
	TO6_PREFIX, LINK_LOCAL_PART, IS(LINK_LOCAL), GOTO("on_link"),
	TO6, IS(ALL_NODES), GOTO("on_link"),
	TO6_GROUP, IS(SOLICITED), GOTO("on_link"),
};

static const struct term icmpv6[] = {
	ICMP_TYPE, ECHO, ACCEPT,
	ICMP_TYPE, IS(SOLICITATION), HOPS, IS(FARTHEST), GOTO("solicitation"),
	ICMP_TYPE, IS(ADVERTISEMENT), HOPS, IS(FARTHEST), GOTO("advertisement"),
	ICMP_TYPE, IS(ROUTER_SOLICITATION), HOPS, IS(FARTHEST), GOTO("router_solicitation"),
	ICMP_TYPE, ERRORS, ACCEPT,
	ICMP_TYPE, REPORTS, ACCEPT,
	ICMP_TYPE, IS(REPORT_2), ACCEPT,
	DROP_AS("a router's, or unknown"),
};

/* The option with its MAC is the first, if there is any: of several the first counts. */
static const struct term solicitation[] = {
	OPTION, IS("\x01"), PORT, OPTION_MAC, NOT_IN("macs"), DROP_AS("foreign MAC"),
	OPTION, ISNT("\x01"), DROP_AS("unknown option"),
	ACCEPT,
};

static const struct term router_solicitation[] = {
	ROUTER_OPTION, IS("\x01"), PORT, ROUTER_OPTION_MAC, NOT_IN("macs"), DROP_AS("foreign MAC"),
	ROUTER_OPTION, ISNT("\x01"), DROP_AS("unknown option"),
	ACCEPT,
};

static const struct term advertisement[] = {
	OPTION, IS("\x02"), PORT, OPTION_MAC, NOT_IN("macs"), DROP_AS("foreign MAC"),
	OPTION, ISNT("\x02"), DROP_AS("unknown option"),
	PORT, MAC_TYPE, TARGET, IN("own6"), ACCEPT,
	DROP_AS("foreign target"),
};

/* With extension headers, or of another protocol. */
static const struct term extended6[] = {
	UPPER, ISNT(ICMPV6), ISNT(TCP), ISNT(UDP), ACCEPT,
	/* what is not the first fragment is nothing without that */
	FRAGMENT_AT, MASK("\xff\xf8"), ISNT("\0\0"), ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, ECHO, ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, ERRORS, ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, REPORTS, ACCEPT,
	UPPER, IS(ICMPV6), ICMP_TYPE, IS(REPORT_2), ACCEPT,
	UPPER, IS(TCP), FROM_PORT, ISNT("\0\0"), ACCEPT,
	UPPER, IS(UDP), FROM_PORT, ISNT(DHCPV6_SERVER), ACCEPT,
	DROP_AS("hidden behind extension headers"),
};

static const struct term port4[] = {
	PORT, IN("any4"), GOTO("unknown4"),
	PORT, MAC_TYPE, FROM4, IN("own4"), GOTO("proven4"),
	FROM4, IS(NOBODY4), PROTOCOL4, IS(UDP), TO_PORT, IS(DHCP_SERVER), ACCEPT,
	FROM4, IS(NOBODY4), PROTOCOL4, IS(IGMP), GOTO("proven4"),
	DROP_AS("foreign address"),
};

static const struct term unknown4[] = {
	FROM4, IN("taken4"), DROP_AS("foreign address"),
	GOTO("proven4"),
};

static const struct term proven4[] = {
	PROTOCOL4, IS(UDP), FROM_PORT, IS(DHCP_SERVER), DROP_AS("DHCP server"),
	PROTOCOL4, IS(ICMPV4), ICMP_TYPE, IS("\x05"), DROP_AS("redirect"),
	PROTOCOL4, IS(IGMP), ICMP_TYPE, IS("\x11"), DROP_AS("a router's"),
};

static const struct term port_arp[] = {
	/* of IPv4 by Ethernet, and no other */
	ARP_KIND, ISNT("\x00\x01\x08\x00\x06\x04"), DROP,
	PORT, ARP_MAC, NOT_IN("macs"), DROP_AS("foreign MAC"),
	ARP_FROM, IS(NOBODY4), ACCEPT,
	PORT, MAC, ARP_FROM, IN("own_arp"), ACCEPT,
	PORT, IN("any4"), ARP_FROM, NOT_IN("taken4"), ACCEPT,
	DROP_AS("foreign address"),
};

#define CHAIN(chain) { .name = #chain, .terms = chain, .count = ARRAY_SIZE(chain) }
#define HOOK(chain, at) \
	{ #chain, true, at, FIRST, chain, ARRAY_SIZE(chain) }

static const struct filter_chain chains[] = {
	HOOK(prerouting, NF_BR_PRE_ROUTING),
	HOOK(forward, NF_BR_FORWARD),
	CHAIN(stranger6),
	CHAIN(fragment),
	CHAIN(toward),
	CHAIN(on_link),
	CHAIN(port),
	CHAIN(port6),
	CHAIN(nameless6),
	CHAIN(detection),
	CHAIN(proven6),
	CHAIN(near),
	CHAIN(icmpv6),
	CHAIN(solicitation),
	CHAIN(router_solicitation),
	CHAIN(advertisement),
	CHAIN(extended6),
	CHAIN(port4),
	CHAIN(unknown4),
	CHAIN(proven4),
	CHAIN(port_arp),
};

const struct filter_table guard_table = {
	.name = "v6hook",
	.family = NFPROTO_BRIDGE,
	.comment = "v6hook's guard: v6hook reconcile puts it right",
	.sets = sets,
	.set_count = ARRAY_SIZE(sets),
	.chains = chains,
	.chain_count = ARRAY_SIZE(chains),
};
