/* Many leases in one text, to be taken elsewhere: what export writes and import reads. */
#ifndef V6HOOK_LEASE_LIST_H
#define V6HOOK_LEASE_LIST_H

#include <stdio.h>

#include "store/lease.h"

#define LEASE_LIST_MAX (64 << 20) /* bytes of one */

/*
 * Writes those leases of a store that are somebody's now: not what rests, nor what was left.
 * Returns 0 or -errno.
 */
int lease_list_write(struct lease_store *s, FILE *out, struct error *e);

/*
 * Calls each for every lease of a text. Nothing is handed on of one that is damaged anywhere.
 * Returns 0, what each returned, or -EINVAL with STATUS_USAGE.
 */
int lease_list_read(const char *text, size_t len, int (*each)(const struct lease *l, void *arg),
		    void *arg, struct error *e);

#endif
