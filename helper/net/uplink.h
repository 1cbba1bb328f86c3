/* The host's side of the provider's link: which interface it is. */
#ifndef V6HOOK_UPLINK_H
#define V6HOOK_UPLINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/own.h"

struct uplink {
	int ifindex;
	int master; /* the bridge that it is a port of, or 0 */
	char name[IF_NAMESIZE];
	bool ra_default; /* the default route there comes from router advertisements */
	bool on_link;	 /* the range lies in the prefix of an address there */
	bool carrier;
	bool has_mac; /* not so on a tunnel, where nothing is solicited */
	unsigned char mac[6];
};

/*
 * Whether a link of the host's holds the address: it lies in the /64 of one of the addresses there
 * (RFC 4291, 2.5.1: however long the prefix is that the host was given), or a route that needs no
 * gateway leads to it. Routes made by v6hook do not count. Returns 1, 0 or -errno.
 */
int uplink_holds(struct nl_sock *s, struct host_addresses *h, int ifindex,
		 const struct in6_addr *address);

/*
 * Finds the uplink of a range: the interface named in the configuration; else where the range is
 * on-link, the default route's interface first and never `not`; else the default route's interface.
 * @name: from the configuration, or null; @first, @last: the range; @not: ifindex of the
 * container's bridge
 * Returns 0, or -ENODEV with STATUS_USAGE: no such interface, it is down, or none was found; or a
 * range that is larger than the prefix on the link.
 */
int uplink_find(struct nl_sock *s, struct host_addresses *h, const char *name,
		const struct in6_addr *first, const struct in6_addr *last, int not_this,
		struct uplink *ret, struct error *e);

/*
 * The address from which the host advertises on the uplink: a global one where there is one, as
 * some providers drop advertisements from link-local ones. Returns 1, 0 if there is none, or
 * -errno.
 */
int uplink_source(struct nl_sock *s, struct host_addresses *h, const struct uplink *u,
		  struct in6_addr *ret);

#endif
