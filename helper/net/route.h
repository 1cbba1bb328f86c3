/* IPv6 routes that carry v6hook's mark, and look-ups in the routing table. */
#ifndef V6HOOK_ROUTE_H
#define V6HOOK_ROUTE_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

/* What the routing table answers for one destination. */
struct route {
	int ifindex; /* 0: none (unreachable, blackhole) */
	bool has_gateway;
	struct in6_addr gateway;
	unsigned int length;   /* prefix length of the route that matched */
	unsigned int protocol; /* rtm_protocol: RTPROT_RA, ... */
	unsigned int table;    /* in which it stands */
	bool local;	       /* the destination is one of this host's own, */
	bool anycast;	       /* or a subnet-router anycast address of a link of its */
};

/* Whether it is a public address (IANA, IPv6 global unicast: 2000::/3). */
bool is_public(const struct in6_addr *a);

/* Whether the address begins with so many bits of the prefix. */
bool in_prefix(const struct in6_addr *a, const struct in6_addr *prefix, unsigned int length);

/*
 * Adds the route ADDRESS/128 dev IFINDEX, marked, to the main table.
 * Returns 0 and whether it is new, -EEXIST if a route that is not ours leads elsewhere, or -errno;
 * in any case by which route the address was found before, all zeros for none.
 */
int route_add_host(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		   struct route *ret_before, bool *ret_new);

/* The message that adds it, for nl_do_all: refused if there is any. Null without memory. */
struct nl_msg *route_wish(const struct in6_addr *address, int ifindex);

/* Removes the marked route to ADDRESS/128, wherever it leads. Returns 1, 0 if none, or -errno. */
int route_remove_host(struct nl_sock *s, const struct in6_addr *address);

/*
 * Adds, or with add=false removes, the marked default route via the gateway. Its metric is lower
 * than that of routes from elsewhere (1024), so that it wins and they stay.
 * Returns 0 and whether anything changed, or -errno.
 */
int route_default(struct nl_sock *s, const struct in6_addr *gateway, int ifindex, bool add,
		  bool *ret_changed);

/*
 * Whether the marked default route via the gateway is there, whichever route wins over it.
 * Returns 1, 0 or -errno.
 */
int route_is_default(struct nl_sock *s, const struct in6_addr *gateway, int ifindex);

/* Whether any default route leaves by the interface. Returns 1, 0 or -errno. */
int route_has_default(struct nl_sock *s, int ifindex);

/*
 * Whether a route without a gateway leads to the address by the interface; marked ones do not
 * count. Returns 1, 0 or -errno.
 */
int route_is_on_link(struct nl_sock *s, int ifindex, const struct in6_addr *address);

/*
 * The route that a destination takes (RTM_GETROUTE with RTM_F_FIB_MATCH).
 * Returns 0, -ENETUNREACH or -errno.
 */
int route_lookup(struct nl_sock *s, const struct in6_addr *destination, struct route *ret);

/*
 * The route to the world that a packet takes which comes in from that source, whatever rules there
 * are (ip-rule(8)). @ifindex: where it comes in; 0: it is the host's own
 * Returns as route_lookup.
 */
int route_out(struct nl_sock *s, const struct in6_addr *source, int ifindex, struct route *ret);

/* Any default route that leaves by the interface, in whatever table. Returns 1, 0 or -errno. */
int route_default_by(struct nl_sock *s, int ifindex, struct route *ret);

/* The interface of the IPv4 default route, or 0. */
int route_default_ipv4(struct nl_sock *s);

/*
 * Calls each for every prefix whose packets go nowhere unless a longer one leads them on
 * (unreachable, blackhole, prohibit): what DHCPv6 has delegated is kept so. Returns 0 or -errno.
 */
int route_each_refused(struct nl_sock *s,
		       void (*each)(const struct in6_addr *prefix, unsigned int length, void *arg),
		       void *arg);

/* Calls each for every marked /128 route. Returns 0 or -errno. */
int route_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg);

#endif
