/* An address that an engine has given anew, while its last holder's lease goes on. */
#ifndef V6HOOK_SUCCEED_H
#define V6HOOK_SUCCEED_H

#include "policy/context.h"

/*
 * Claims the address for the container to which its engine gave it, in place of one that is gone.
 * @e: why it could not be claimed so far; the reason that is told if the holder lives or is pinned
 * Returns 0 and the lease, -EADDRINUSE with STATUS_IN_USE and how to make room, or -errno.
 */
int succeed(struct context *c, const char *ident, const struct in6_addr *address, struct lease *ret,
	    struct error *e);

#endif
