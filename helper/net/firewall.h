/* What other firewalls on this host do with what is forwarded: looked at, never changed. */
#ifndef V6HOOK_FIREWALL_H
#define V6HOOK_FIREWALL_H

#include <netinet/in.h>
#include <stddef.h>

/* A packet from outside that is to be forwarded to a container. */
struct firewall_way {
	const char *uplink, *bridge; /* interfaces by which it comes in and goes out */
	struct in6_addr address;     /* its destination */
};

enum firewall {
	FIREWALL_NONE,	      /* nothing drops what is forwarded, whatever the way */
	FIREWALL_ACCEPTS,     /* something does, but not what comes on this way */
	FIREWALL_DROPS,	      /* where it is forwarded, */
	FIREWALL_DROPS_EARLY, /* or before the routing, which no accept elsewhere undoes */
};

/*
 * Whether nf_tables drops what comes on this way. A base chain at the forward hook or at prerouting
 * does, if its policy is to, or a rule of it or of the chains that it jumps to which is understood
 * in full; unless one of these rules accepts new connections on this way. They are not played
 * through: one that accepts some of them, a port for instance, is enough. Needs CAP_NET_ADMIN; what
 * cannot be read drops nothing. iptables' legacy tables are not looked at.
 * @out: for FIREWALL_DROPS and FIREWALL_DROPS_EARLY such a chain, as nft(8) names it: family,
 *       table, chain
 */
enum firewall firewall_look(const struct firewall_way *way, char *out, size_t size);

#endif
