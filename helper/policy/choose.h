/* Which address a container gets: the first of those that speak for it, in the order of their
 * authority. */
#ifndef V6HOOK_CHOOSE_H
#define V6HOOK_CHOOSE_H

#include <netlink/netlink.h>
#include <stdbool.h>

#include "net/port.h"
#include "net/uplink.h"
#include "policy/context.h"
#include "policy/given.h"

/* What is known of the container and the host when the choice is made. */
struct choose {
	struct context *c;
	struct nl_sock *host;  /* a socket in the host's namespace */
	struct nl_sock *inner; /* and one in the container's */
	const struct port *port;
	struct host_addresses *own;
	const char *ident;
	uid_t owner;		      /* of the container; 0: root */
	unsigned int addresses;	      /* so many leases may the owner have; UINT_MAX: any number */
	const struct in6_addr *asked; /* the administrator's --address, or null */
	const struct in6_addr *label; /* v6hook.address, of the one who started it, or null */
	const struct given *given;    /* what the engine says it gave */
	int (*known)(const char *socket, const char *name); /* as in struct request */
	const struct attachment *before;		    /* its record, or null */
	/*
	 * This instance's attachment, if it has the address of its lease and nobody who may move it
	 * asks for that: it stays though no pool holds the address any more. Or null.
	 */
	const struct attachment *stays;
};

/* The choice; `fresh` and `left` say what is to be undone if the attach fails. */
struct choice {
	struct lease lease;
	const struct pool *pool;
	struct uplink uplink;
	bool engines; /* the engine gave it, on a subnet of its own: nobody else is asked */
	bool fresh;   /* the lease was claimed by this call */
	bool moved;   /* `left` is the container's former lease, not given up yet */
	struct lease left;
	char unheard[256]; /* why the label was not followed, or "" */
};

/*
 * Chooses the first of these: --address, the configuration's, a pinned lease, what the engine says
 * it gave the container (if a pool holds it), what a label asks for, its lease, the address that
 * the kernel leads to it if that is lost, a free one. What the container has done to its own
 * interface is none of them. The engine's is the container's even if the lease is another's who is
 * gone: the engine has given it anew. So is what --address or a label names, if the other's lease
 * is not pinned, has been idle for hold_s, and its engine says that there is no such container any
 * more. A label that cannot be followed is passed over, and the
 * choice says why. Each new one is probed on an on-link uplink, but for what the engine gave on a
 * subnet of its own: if another answers, a free one is tried instead, any other fails with
 * STATUS_IN_USE. Of a user's container neither engine nor label is heard. Returns 0; on failure
 * nothing is left claimed.
 */
int choose_lease(const struct choose *q, struct choice *ret, struct error *e);

/* Gives back what choose_lease claimed. */
void choose_undo(struct context *c, const struct choice *choice);

#endif
