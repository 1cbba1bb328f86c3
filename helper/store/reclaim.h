/* Taking an address back from the lease that has been idle the longest. */
#ifndef V6HOOK_RECLAIM_H
#define V6HOOK_RECLAIM_H

#include "store/lease.h"
#include "store/pool.h"

/*
 * Frees the address that has been idle longest, and hold_s seconds at least: the first one to which
 * a hint leads, or else, after reading all leases, the first of them. The arguments are those of
 * lease_allocate. To be called with LOCK_RECLAIM.
 * Returns 0 and the address, -ENOSPC with STATUS_FULL, or -errno.
 */
int reclaim_one(struct lease_store *s, const struct pools *pools, const char *ident,
		lease_forbidden forbidden, void *arg, unsigned int hold_s, struct in6_addr *ret,
		struct error *e);

/*
 * Whether there is one that reclaim_one could free, as far as reading all leases tells. Changes
 * nothing. Returns 1, 0 or -errno.
 */
int reclaim_could(struct lease_store *s, const struct pools *pools, lease_forbidden forbidden,
		  void *arg, unsigned int hold_s, struct error *e);

#endif
