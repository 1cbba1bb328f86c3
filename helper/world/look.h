/* One look at everything: the kernel's marked entries, the leases and the records, and what runs.
 */
#ifndef V6HOOK_LOOK_H
#define V6HOOK_LOOK_H

#include "base/arena.h"
#include "base/cleanup.h"
#include "filter/guard.h"
#include "net/link.h"
#include "net/marked.h"
#include "runtime/runtime.h"
#include "store/lease.h"
#include "wire/nl.h"

/*
 * One lease with what is known of its holder; or a record without a lease. There may be very many:
 * what is long is pointed to.
 */
struct holder {
	const char *ident;   /* as ident_text writes it; "" if nobody can tell whose the lease is */
	const char *trouble; /* of the lease, or "" */
	/* its record, if that says more than since when the container is detached; or null */
	const struct attachment *attachment;
	struct in6_addr address;
	int64_t since;	 /* seconds since the epoch, or 0: attached, detached, leased or given up */
	int64_t created; /* when it was leased, in seconds since the epoch */
	bool pinned : 1;
	bool leased : 1;     /* not so for a record without a lease */
	bool recorded : 1;   /* there is a record that can be read */
	bool unreadable : 1; /* there is one that cannot be, */
	bool lost : 1;	     /* or none, though the kernel has entries */
	bool was_moving : 1; /* it has a stray lease, too */
	bool keeps : 1;	     /* for the one who judges: the kernel's entries for it stay */
	bool again : 1;	     /* for the one who repairs: it is to be judged again, alone */
};

/* In the order of addresses. */
struct holders {
	struct holder *list;
	size_t count;
};

/* A container that runs. */
struct running {
	const char *ident; /* as ident_text writes it */
	struct instance instance;
};

struct look {
	struct lease_store *store;
	const char *boot_id;
	struct nl_sock *host;
	bool guarded; /* read all of the guard; else only whether there is one */
	struct marked kernel;
	struct guard_state guard;
	bool unguarded;		/* the guard could not be read: who looks lacks the right */
	struct holders present; /* leases that are their containers' present ones */
	struct holders strays;	/* leases that are not, without a record */
	struct holders resting; /* leases that were given up; of "elsewhere:" ones another has the
				 * address
				 */
	struct holders ended;	/* records of containers that are not attached, by whose hand or why
				 * is known */
	struct running *running; /* in the order of idents */
	size_t running_count;
	bool lost;	     /* one of the present holders' records is */
	const char *unasked; /* an engine that could not say what runs, or null */
	struct arena arena;  /* where texts and records are */

	/* the rest is look_link's: the bridge and the uplink that were asked for last */
	struct link links[2];
};

void look_release(struct look *l);
#define _look_ CLEANUP(look_release)

/*
 * Reads the kernel's entries, and after them the records and the leases: an attach records itself
 * before it tells the kernel, so that an entry which was seen and has no live record belongs to
 * nobody. @l: with store, boot_id, host and guarded
 * Returns 0 or -errno.
 */
int look_read(struct look *l, struct error *e);

/*
 * Reads the store's half of that alone: then nobody is known to have lost their record, but for
 * those of whom there is one that cannot be read. @l: with store and boot_id. Returns 0 or -errno.
 */
int look_read_store(struct look *l, struct error *e);

/*
 * Finds out which of those without a record the kernel has entries of: they have lost it. For who
 * has read the store's half alone; costs nothing where each has one. Returns 0 or -errno.
 */
int look_find_lost(struct look *l, struct error *e);

/* The one of that address, or null. */
struct holder *holders_find(const struct holders *h, const struct in6_addr *address);

/*
 * What the kernel lacks of a holder that is attached, as host_lacks says it, or null. What is ours
 * is known from the one reading.
 */
const char *look_lacks(struct look *l, const struct holder *h);

/* Whether the look has seen all of it, with the mark. If not, it may have come since. */
bool look_shows(struct look *l, const struct holder *h);

/* The interface of that name, asked once for all that share it, or null. Good until the next call.
 */
const struct link *look_link(struct look *l, const char *name);

/*
 * Asks the engines what runs. What one does not tell is no reason to leave the others alone.
 * @all: also those that tell the service what happens
 * Returns 0 or -ENOMEM.
 */
int look_ask_engines(struct look *l, const struct runtime_options *o, bool all, struct error *e);

/* The running instance of a container, or null. */
const struct instance *look_running(const struct look *l, const char *ident);

#endif
