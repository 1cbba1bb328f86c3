/* Whether a packet from outside would arrive at what is attached, as far as this host can tell. */
#ifndef V6HOOK_REACH_H
#define V6HOOK_REACH_H

#include "known/context.h"
#include "net/link.h"
#include "net/uplink.h"

#define REACH_MAX 1024 /* bytes of the reasons */

/* A way in. What is found of it is kept for the next address on the same way. */
struct reach {
	const struct context *c;
	bool opens; /* what another firewall drops is opened, if that may be; else only told */
	struct nl_sock *nl;
	struct host_addresses *own;
	bool routed; /* the provider routes the range: nothing is solicited */
	const char *uplink, *bridge;
	const struct uplink
		*settled; /* the uplink, if all that it needs was just made so; or null */

	/* the rest is reach_doubt's: zeros at first */
	char known[IF_NAMESIZE];	 /* the uplink that was looked at, */
	struct link link;		 /* itself, if it is there, */
	char of_uplink[REACH_MAX / 2];	 /* and what is wrong with it */
	bool firewall_known, firewalled; /* something drops, on some way */
	char known_bridge[IF_NAMESIZE];	 /* from which bridge, */
	struct in6_addr known_prefix;	 /* and for which /64, the way of answers was looked at, */
	char of_way[REACH_MAX / 2];	 /* and what is wrong with it */
};

/*
 * Looks for what would keep a packet to the address away: IPv6 is off on the uplink, it has no
 * carrier, forwarding or proxying are off, the provider's router has no reason to look for the
 * address there, what it sends leaves by another interface, or a firewall drops what is forwarded.
 * What cannot be read is no reason.
 * @out: the reasons, to follow "is attached, but "; or ""
 */
void reach_doubt(struct reach *r, const struct in6_addr *address, char *out, size_t size);

#endif
