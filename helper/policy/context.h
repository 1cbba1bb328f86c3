/* What every verb works with: the configuration, the pools in it, and the store of leases. */
#ifndef V6HOOK_CONTEXT_H
#define V6HOOK_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/config.h"
#include "base/error.h"
#include "store/lease.h"
#include "store/pool.h"

struct context {
	struct config *config;
	struct pools *pools;
	struct lease_store *store;
	char boot_id[40];
	struct timespec read; /* when the file that was read had been changed last, */
	uint64_t inode;	      /* and which it was */
};

/*
 * Reads the configuration and opens the store.
 * @write: false for verbs that only look
 * Returns 0 and what context_release frees, or -errno.
 */
int context_open(const char *config_path, bool write, struct context *ret, struct error *e);
void context_release(struct context *c);

/*
 * Reads the configuration anew if it is another file by now, or was changed. The state directory
 * stays what it was. Returns 1, 0 if nothing has changed, or -errno: then all stays as it was, and
 * the file is not looked at again before its next change.
 */
int context_renew(const char *config_path, struct context *c, struct error *e);

#define _context_ CLEANUP(context_release)

/* How long a verb waits for another at work on the same container, in milliseconds. */
#define CONTEXT_WAIT_MS 5000

#endif
