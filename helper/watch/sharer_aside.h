/* What the child of the service that keeps what hosts share does in processes of their own. */
#ifndef V6HOOK_SHARER_ASIDE_H
#define V6HOOK_SHARER_ASIDE_H

#include <netinet/in.h>
#include <stddef.h>

#include "known/context.h"

/* Takes addresses that are other hosts' out of service, when nothing is on its way any more. */
void aside_evict(const struct context *from, const struct in6_addr *list, size_t count);

/*
 * Has hosts share the containers of this one that have leases from before they did. To be called
 * when the fence holds back what is this host's. What cannot be shared is told, and left as it is.
 */
void aside_share(const struct context *from);

#endif
