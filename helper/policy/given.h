/* What the engine says that it gave the container, and what its port merely has. */
#ifndef V6HOOK_GIVEN_H
#define V6HOOK_GIVEN_H

#include "known/request.h"
#include "net/container.h"
#include "runtime/runtime.h"

struct given {
	struct in6_addr list[GIVEN_MAX]; /* what the engine says, as far as the port has it */
	int count;
	bool written;  /* it says so in the container's configuration, not on a subnet of its own */
	bool asked;    /* somebody has said what it gave, be it nothing */
	bool has_ipv4; /* it says so for certain */
	struct in6_addr ipv4;	  /* mapped */
	struct container_has has; /* what there is in the container, whoever put it there */
};

/*
 * Reads what the port has and asks the engine about that: an address that the container has given
 * itself is found, and not given. Docker's word is in the request or the instance; LXC's is the
 * container's configuration, which is read only if there is something to ask about. One that cannot
 * be read names nothing, and is told.
 * Returns 0 or -errno.
 */
int given_read(const struct request *q, const struct instance *i, struct nl_sock *inner,
	       const struct port *port, struct given *ret, struct error *e);

/* Whether the port has the address, by another hand than ours. */
bool given_found(const struct given *g, const struct in6_addr *address);

#endif
