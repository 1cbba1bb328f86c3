/* Which address a container gets: an asked-for one, its own, the engine's, or a free one. */
#ifndef V6HOOK_CHOOSE_H
#define V6HOOK_CHOOSE_H

#include <netlink/netlink.h>
#include <stdbool.h>

#include "net/port.h"
#include "net/uplink.h"
#include "ops/context.h"

/* What is known of the container and the host when the choice is made. */
struct choose {
	struct context *c;
	struct nl_sock *host, *inner; /* sockets in the two namespaces */
	const struct port *port;
	const struct host_addresses *own;
	const char *ident;
	uid_t owner;		       /* of the container: an ordinary user's addresses are
					* the administrator's to choose */
	const unsigned int *addresses; /* so many leases may the owner have, or null */
	const struct in6_addr *asked;  /* --address, or null */
	const struct in6_addr *given;  /* what the engine says it gave */
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

/*
 * Whether the container may have this address as far as the host and the configuration go.
 * Returns 0, or -EADDRINUSE with STATUS_IN_USE: the host's own, or reserved for another.
 */
int choose_check(const struct context *c, const struct host_addresses *own, const char *ident,
		 const struct in6_addr *address, struct error *e);

/* Whether the address is not for just anybody: the host's own, or reserved by the configuration. */
bool choose_reserved(const struct context *c, const struct host_addresses *own,
		     const struct in6_addr *address);

/* Lets an address that another answers for rest for hold_s in his name. Others may claim it then.
 */
void choose_set_aside(struct context *c, const struct in6_addr *address,
		      const unsigned char owner[6]);

/* Gives back what choose_lease claimed. */
void choose_undo(struct context *c, const struct choice *choice);

/* Finds the uplink of the pool's range that holds the address. Returns 0 or -errno. */
int choose_uplink(struct nl_sock *host, const struct host_addresses *own, const struct pool *pool,
		  const struct in6_addr *address, int via, struct uplink *ret, struct error *e);

#endif
