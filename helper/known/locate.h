/* A running container, pinned: its network namespace, its port, and the host as it is seen now. */
#ifndef V6HOOK_LOCATE_H
#define V6HOOK_LOCATE_H

#include "known/context.h"
#include "known/request.h"
#include "net/netns.h"
#include "net/port.h"
#include "net/uplink.h"
#include "runtime/runtime.h"
#include "wire/nl.h"

struct located {
	struct netns netns;
	struct nl_sock *host, *inner; /* sockets in the two namespaces */
	struct port port;
	struct host_addresses own;
};

#define LOCATED_NONE                 \
	{                            \
		.netns = NETNS_NONE, \
	}

static inline void located_release(struct located *l)
{
	cleanup_nl_sock(&l->host);
	cleanup_nl_sock(&l->inner);
	netns_release(&l->netns);
	host_addresses_release(&l->own);
}

/*
 * Pins the instance that the request means, and finds the port on which it is to be served. What
 * stays the caller's in ret is to be released also if this fails.
 * Returns 0; -ESRCH with STATUS_NO_CONTAINER if it is gone, or not the one that is meant; -EPERM if
 * the one who asks is not allowed its bridge; or as port_find.
 */
int locate(const struct context *c, const struct request *q, const struct instance *instance,
	   struct located *ret, struct error *e);

#endif
