/* reconcile's other half: leases and kernel entries that belong to nobody. */
#ifndef V6HOOK_LEFTOVER_H
#define V6HOOK_LEFTOVER_H

#include "net/marked.h"
#include "net/nl.h"
#include "ops/ready.h"
#include "ops/verbs.h"
#include "runtime/runtime.h"

/* One lease with what is known of its holder. */
struct holder {
	struct lease lease;
	struct attachment attachment;
	bool has_attachment;
	bool keeps;	 /* the kernel's entries for it stay */
	bool was_moving; /* it has a stray lease, too */
};

struct reconcile {
	struct context *c;
	struct nl_sock *nl;
	struct marked kernel;
	struct holder *holders;
	size_t holder_count;
	struct lease *strays; /* leases that are not their containers' present ones */
	size_t stray_count;
	struct instance *running;
	size_t running_count;
	struct ready ready; /* addresses that the service keeps ready */
	char settled_bridge[IF_NAMESIZE],
		settled_uplink[IF_NAMESIZE]; /* the last pair found right */
	enum reconcile_how how;
	op_reconcile_each each;
	void *arg;
	struct error *e; /* the caller's, for what is called back */
};

static inline bool reconcile_changes(const struct reconcile *r)
{
	return r->how == RECONCILE_DO || r->how == RECONCILE_REPAIR;
}

/*
 * Whether a lease is not its container's present one. Seen without a lock it may be about to
 * become that. Returns 1, 0 or -errno.
 */
int leftover_is_stray(const struct reconcile *r, const struct lease *lease, struct error *e);

/*
 * Gives up a lease that a run which was killed has left: one that its container has moved from, or
 * had not got yet. Not one whose container is at work: that knows better. One that has lost its
 * link only, and is in use, has it made again.
 * Returns 0 or what each returned.
 */
int leftover_stray(struct reconcile *r, const struct lease *stray);

/* Removes one marked entry that no live attachment accounts for. Returns as leftover_stray. */
int leftover_entry(struct reconcile *r, const struct marked_entry *entry);

/* Tells that something could not be found out, so that nothing is done. Returns what each does. */
int leftover_fail(struct reconcile *r, enum reconcile_what what, const char *ident,
		  const struct in6_addr *address, const struct error *e);

#endif
