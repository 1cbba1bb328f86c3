/* From CONTAINER on the command line to a running instance, or to the holder of a lease. */
#ifndef V6HOOK_RESOLVE_H
#define V6HOOK_RESOLVE_H

#include "known/context.h"
#include "known/request.h"
#include "runtime/runtime.h"

/*
 * Finds the running container. With --pid or --netns no engine is asked.
 * Returns 0 or -errno; STATUS_USAGE if the name does not say which engine's it is.
 */
int resolve_instance(const struct context *c, const struct request *q, struct instance *ret,
		     struct error *e);

/*
 * Finds whose lease is meant, running or not: by the leases first, then by asking the engines.
 * @must_exist: false if a name with its engine before it is enough
 * Returns 0, or -ENOENT with STATUS_NO_CONTAINER, or -errno.
 */
int resolve_holder(const struct context *c, const struct request *q, bool must_exist,
		   struct ident *ret, struct error *e);

/*
 * Whether a container may get a lease by this name. One that nobody else gives is to be told apart
 * from other engines': "netns:lxc:web" would be taken for a container of LXC's.
 * Returns 0, or -EINVAL with STATUS_USAGE.
 */
int resolve_own_name(const struct ident *id, struct error *e);

#endif
