/* An address that an engine has given anew, or somebody names, while its last holder's lease goes
 * on. */
#ifndef V6HOOK_SUCCEED_H
#define V6HOOK_SUCCEED_H

#include "known/context.h"

/* It is named by --address or a label: then the holder must have been forgotten (forgotten.h). */
struct succeed_named {
	int (*known)(const struct config_engine *engine,
		     const char *name); /* as in struct request */
};

/*
 * Claims the address for the container to which its engine gave it, in place of one that is gone.
 * @named: null for the engine
 * @e: why it could not be claimed so far; the reason that is told if the holder is to have it still
 * Returns 0 and the lease, -EADDRINUSE with STATUS_IN_USE and, for the engine, how to make room, or
 * -errno.
 */
int succeed(struct context *c, const char *ident, const struct in6_addr *address,
	    const struct succeed_named *named, struct lease *ret, struct error *e);

#endif
