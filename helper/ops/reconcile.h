/* A reconciliation at work: what its parts share. */
#ifndef V6HOOK_RECONCILE_H
#define V6HOOK_RECONCILE_H

#include "keep/judge.h"
#include "keep/restore.h"
#include "ops/verbs.h"
#include "policy/ready.h"
#include "world/look.h"

/* One run. */
struct reconcile {
	struct context *c;
	struct look look;
	struct judge judge;
	struct restore restore;
	struct ready ready; /* addresses that the service keeps ready */
	enum reconcile_how how;
	reconcile_each each;
	void *arg;
};

/* Whether it does what it finds to be done, and does not only tell. */
static inline bool reconcile_changes(const struct reconcile *r)
{
	return r->how == RECONCILE_DO || r->how == RECONCILE_REPAIR;
}

/* Tells what a lease was given, or lacks still if there is an error, else null. Returns what each
 * does, or 0 if the lease is no container's. */
int reconcile_tell(struct reconcile *r, const char *ident, const struct in6_addr *address,
		   const char *why, const char *error);

/* Tells that something could not be found out, so that nothing is done. Returns what each does. */
int reconcile_fail(struct reconcile *r, enum reconcile_what what, const char *ident,
		   const struct in6_addr *address, const struct error *e);

/* Gives up, or links again, a lease that a killed run has left. Returns 0 or what each returned. */
int reconcile_leave_lease(struct reconcile *r, struct holder *h);

/* Removes an entry that no live attachment accounts for. Returns 0 or what each returned. */
int reconcile_leave_entry(struct reconcile *r, const struct marked_entry *entry);

/*
 * Makes this host's leases and what a store that others share holds of them agree; if that does not
 * answer, it is told, and all else goes on. Returns 0 or what each returned.
 */
int reconcile_shared(struct reconcile *r);

#endif
