/* Which address a container gets: an asked-for one, its own, the engine's, or a free one. */
#ifndef V6HOOK_CHOOSE_H
#define V6HOOK_CHOOSE_H

#include <netlink/netlink.h>
#include <stdbool.h>

#include "net/port.h"
#include "net/uplink.h"
#include "policy/context.h"

/* What is known of the container and the host when the choice is made. */
struct choose {
	struct context *c;
	struct nl_sock *host, *inner; /* sockets in the two namespaces */
	const struct port *port;
	const struct host_addresses *own;
	const char *ident;
	uid_t owner;		      /* of the container: an ordinary user's addresses are
				       * the administrator's to choose */
	unsigned int addresses;	      /* so many leases may the owner have; UINT_MAX: any number */
	const struct in6_addr *asked; /* --address, or null */
	const struct in6_addr *given; /* what the engine says it gave */
	int given_count;
	bool pin_given; /* what the container has at its start is its configuration's: a pin */
};

/* The choice; `fresh` and `left` say what is to be undone if the attach fails. */
struct choice {
	struct lease lease;
	const struct pool *pool;
	struct uplink uplink;
	bool given; /* the container has it from its engine already */
	bool fresh; /* the lease was claimed by this call */
	bool moved; /* `left` is the container's former lease, not given up yet */
	struct lease left;
};

/*
 * Chooses in this order: --address, the configuration's, a pinned lease, an address in a pool that
 * the engine gave the container, its lease, a free one. What the engine itself says it gave is the
 * container's even if the lease is another's who is gone: the engine has given it anew. A new one
 * is probed on an on-link uplink; if another answers, a free one is tried instead, anything asked
 * for fails with STATUS_IN_USE. A user's container gets what is pinned to it or a free one,
 * whatever it has on its interface. Returns 0; on failure nothing is left claimed.
 */
int choose_lease(const struct choose *q, struct choice *ret, struct error *e);

/* Gives back what choose_lease claimed. */
void choose_undo(struct context *c, const struct choice *choice);

#endif
