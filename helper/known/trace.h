/* What the kernel still tells of an address whose lease is lost. */
#ifndef V6HOOK_TRACE_H
#define V6HOOK_TRACE_H

#include "known/context.h"
#include "net/port.h"
#include "wire/nl.h"

/* Where an address leads. */
struct trace {
	int via;	      /* the interface: a bridge, or the host's end of a port */
	unsigned char mac[6]; /* the container's */
};

/*
 * Whether the address leads to a container, whatever the leases say: a marked route and a marked
 * neighbour on the same interface. An attach makes both and claims the lease before, so that one
 * without a lease has lost it.
 */
bool trace_leads(struct nl_sock *host, const struct in6_addr *address, struct trace *ret);

/*
 * The address with the mark on the container's port that leads to this very port, and that no lease
 * tells of. Returns whether there is one.
 */
bool trace_find(const struct context *c, struct nl_sock *host, struct nl_sock *inner,
		const struct port *port, struct in6_addr *ret);

/* Writes what is to be told of it. */
void trace_tell(const struct trace *t, char *out, size_t size);

#endif
