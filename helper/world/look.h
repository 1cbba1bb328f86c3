/* One look at everything: the kernel's marked entries, the leases and the records, and what runs.
 */
#ifndef V6HOOK_LOOK_H
#define V6HOOK_LOOK_H

#include "base/cleanup.h"
#include "net/marked.h"
#include "net/nl.h"
#include "runtime/runtime.h"
#include "store/lease.h"

/* One lease with what is known of its holder. */
struct holder {
	struct lease lease;
	struct attachment attachment;
	bool has_attachment;
	bool unreadable; /* there is a record that cannot be read, */
	bool lost;	 /* or none, though the kernel has entries */
	bool was_moving; /* it has a stray lease, too */
	bool keeps;	 /* for the one who judges: the kernel's entries for it stay */
};

struct holders {
	struct holder *list;
	size_t count;
};

struct look {
	struct lease_store *store;
	const char *boot_id;
	struct marked kernel;
	struct holders present; /* leases that are their containers' present ones */
	struct holders strays;	/* leases that are not, without a record */
	struct holders ended;	/* records of containers that are not attached, without a lease */
	struct instance *running;
	size_t running_count;
	bool lost;	     /* one of the present holders' records is */
	const char *unasked; /* an engine that could not say what runs, or null */
};

void look_release(struct look *l);
#define _look_ CLEANUP(look_release)

/*
 * Reads the kernel's entries, and after them the leases and the records: an attach records itself
 * before it tells the kernel, so that an entry which was seen and has no live record belongs to
 * nobody. @l: with store and boot_id
 * Returns 0 or -errno.
 */
int look_read(struct look *l, struct nl_sock *host, struct error *e);

/*
 * Asks the engines what runs. What one does not tell is no reason to leave the others alone.
 * @all: also those that tell the service what happens
 * Returns 0 or -ENOMEM.
 */
int look_ask_engines(struct look *l, const struct runtime_options *o, bool all, struct error *e);

/* The running instance of a container, or null. */
const struct instance *look_running(const struct look *l, const char *ident);

#endif
