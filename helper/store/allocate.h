/* Finding a container an address: a free one, or else that of the lease which was idle longest. */
#ifndef V6HOOK_ALLOCATE_H
#define V6HOOK_ALLOCATE_H

#include "store/lease.h"
#include "store/pool.h"

/*
 * Claims an address for a container that has none: the first free one of the first pool that has
 * one; when all are taken, that of the lease that was detached or freed longest ago, if it is not
 * pinned and hold_s seconds have passed.
 * Returns 0 and the lease, or -ENOSPC with STATUS_FULL, or -errno.
 */
int lease_allocate(struct lease_store *s, const struct pools *pools, const char *ident,
		   lease_forbidden forbidden, void *arg, unsigned int hold_s, struct lease *ret,
		   struct error *e);

/*
 * Whether a container that has no address would get one now, for who asks every few seconds: mostly
 * a look at a few addresses. A large pool counts as not full until one that looked at all of it has
 * found that. Changes nothing. Returns 1, 0 or -errno.
 */
int lease_has_room(struct lease_store *s, const struct pools *pools, lease_forbidden forbidden,
		   void *arg, unsigned int hold_s, struct error *e);

#endif
