/* The lease that a container had before it moved to its present one. */
#ifndef V6HOOK_FORMER_H
#define V6HOOK_FORMER_H

#include "known/context.h"
#include "store/lease.h"
#include "wire/nl.h"

/*
 * Gives up a lease that is not its container's present one: what is in the host's kernel for it is
 * removed, the address rests. The container must be locked.
 * @host: null if nothing of it can be in the kernel
 * Returns 0 or -errno.
 */
int former_give_up(struct context *c, struct nl_sock *host, const struct lease *former,
		   struct error *e);

/*
 * Gives up the former lease of a container, if a run that was moving it ended before it did.
 * Returns 0, also if there is none, or -errno. The rest is as for former_give_up.
 */
int former_leave(struct context *c, struct nl_sock *host, const char *ident, struct error *e);

#endif
