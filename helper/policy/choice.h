/* What is known when a container's address is chosen, and the choice. */
#ifndef V6HOOK_CHOICE_H
#define V6HOOK_CHOICE_H

#include <netlink/netlink.h>
#include <stdbool.h>

#include "known/context.h"
#include "net/port.h"
#include "net/uplink.h"
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
	int (*known)(const struct config_engine *engine,
		     const char *name);	 /* as in struct request */
	const struct attachment *before; /* its record, or null */
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

#endif
