/* Leases and kernel entries that belong to nobody: what a run that was killed has left. */
#ifndef V6HOOK_LEFTOVER_H
#define V6HOOK_LEFTOVER_H

#include "known/context.h"
#include "net/marked.h"

enum leftover {
	LEFTOVER_NONE,	   /* it is somebody's, or its container is at work and knows better */
	LEFTOVER_GONE,	   /* nobody's: to be given up */
	LEFTOVER_UNKNOWN,  /* an entry of an address that has no lease, lost or not */
	LEFTOVER_UNLINKED, /* a lease in use that has only lost its link: to be made again */
};

/*
 * Judges a container's lease of an address that is not its container's present one: one that it has
 * moved from, or had not got yet; or that has lost its link and its record, if the kernel leads its
 * address to a container.
 * @ret_lock: the container's, to be held while something is done about it
 * Returns enum leftover and the lease as it is now, or -errno.
 */
int leftover_lease(struct context *c, struct nl_sock *host, const char *ident,
		   const struct in6_addr *address, struct lease *ret_now, int *ret_lock,
		   struct error *e);

/*
 * Judges a marked entry by the leases as they are now: someone may have been attached since they
 * were read. @ret_lock: as above. Returns enum leftover or -errno.
 */
int leftover_entry(struct context *c, const struct marked_entry *entry, int *ret_lock,
		   struct error *e);

/*
 * Forgets that an instance was detached by hand when it is gone, where no lease keeps the record.
 * @a: the record of that container as it was read
 */
void leftover_word(struct context *c, const char *ident, const struct attachment *a);

#endif
