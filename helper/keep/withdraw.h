/* Taking an address out of service: from the kernel, from the records, from its holder. */
#ifndef V6HOOK_WITHDRAW_H
#define V6HOOK_WITHDRAW_H

#include "known/context.h"

/*
 * Removes everything of the lease from the kernel, the proxy entry first; from the container too,
 * if the instance that has it runs still. There is no way back from the middle of it: a failure
 * that may have been a passing one makes it begin again. The container must be locked.
 * @a: its record, or null if there is none
 * Returns 0 or -errno.
 */
int withdraw_address(struct context *c, const struct lease *lease, const struct attachment *a,
		     struct error *e);

/*
 * Stores the record of a container that is detached, or forgets it: what is not recorded is
 * attached again by reconcile. Returns 0 or -errno.
 */
int withdraw_record(struct context *c, const char *ident, const struct attachment *a,
		    struct error *e);

/*
 * Gives up the lease of a container that is detached. Its record goes first: killed in between, it
 * is detached and has its lease. Returns 0 or -errno.
 */
int withdraw_lease(struct context *c, const struct lease *lease, struct error *e);

/* The same, but that its record becomes @last: null for none. */
int withdraw_lease_but(struct context *c, const struct lease *lease, const struct attachment *last,
		       struct error *e);

#endif
