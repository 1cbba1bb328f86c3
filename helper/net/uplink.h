/* The host's side of the provider's link: which interface it is. */
#ifndef V6HOOK_UPLINK_H
#define V6HOOK_UPLINK_H

#include <net/if.h>
#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/link.h"
#include "net/own.h"

struct uplink {
	int ifindex;
	char name[IF_NAMESIZE];
	int leaves;	 /* ifindex by which its answers leave, or 0 */
	bool ra_default; /* the default route there comes from router advertisements */
	bool carrier;
	bool has_mac; /* not so on a tunnel, where nothing is solicited */
	unsigned char mac[6];
	struct link_conf conf; /* as it was before it was settled */
};

/*
 * Whether a link of the host's holds the address: it lies in the /64 of one of the addresses there
 * (RFC 4291, 2.5.1: however long the prefix is that the host was given), or a route that needs no
 * gateway leads to it. Routes made by v6hook do not count. Returns 1, 0 or -errno.
 */
int uplink_holds(struct nl_sock *s, struct host_addresses *h, int ifindex,
		 const struct in6_addr *address);

/*
 * The address from which the host advertises on the uplink: a global one where there is one, as
 * some providers drop advertisements from link-local ones; or a link-local one where there is one,
 * as others drop the rest. Returns 1, 0 if there is none of either, or -errno.
 */
int uplink_source(struct nl_sock *s, struct host_addresses *h, int ifindex, bool link_local,
		  struct in6_addr *ret);

#endif
