/* What every verb works with: the configuration, the pools in it, and the store of leases. */
#ifndef V6HOOK_CONTEXT_H
#define V6HOOK_CONTEXT_H

#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "store/lease.h"
#include "store/pool.h"

struct context {
	struct config *config;
	struct pools *pools;
	struct lease_store *store;
	char boot_id[40];
	bool salvaged; /* the configuration is none: of it no more is known than where leases are */
};

/*
 * Reads the configuration and opens the store.
 * @write: false for verbs that only look
 * Returns 0 and what context_release frees, or -errno.
 */
int context_open(const char *config_path, bool write, struct context *ret, struct error *e);
void context_release(struct context *c);

/*
 * The leases without a configuration that is good: for who only looks, or takes out of service what
 * a record tells of. Where they are, it may say still; with write they must be there. Returns 0 or
 * -errno.
 */
int context_salvage(const char *config_path, bool write, struct context *ret, struct error *e);

/* Reads the configuration alone: there is no store in it. Returns as context_open. */
int context_read(const char *config_path, struct context *ret, struct error *e);

/*
 * The same configuration with a store of its own: for a child of the service, which works with what
 * its parent has read. @from: must outlive it. Returns 0 or -errno.
 */
int context_inherit(const struct context *from, struct context *ret, struct error *e);

/* Whether a service runs, which hears of what is changed in the store. */
bool context_is_served(struct context *c);

#define _context_ CLEANUP(context_release)

/* How long a verb waits for another at work on the same container, in milliseconds. */
#define CONTEXT_WAIT_MS 5000

#endif
