/* What is stored of who is attached, read into the service's memory. */
#ifndef V6HOOK_RECALL_H
#define V6HOOK_RECALL_H

#include "watch/kept.h"

/* Reads all records, and forgets the others. Returns 0 or -errno. */
int recall_all(struct kept *k, struct error *e);

/*
 * Reads what is stored of one container. Returns whether it is not plainly right, so that a
 * reconciliation has to judge it.
 */
bool recall(struct kept *k, const char *ident);

/* The same of whoever has the lease of an address, or had it. */
bool recall_lease(struct kept *k, const struct in6_addr *address);

/*
 * Looks whether the namespaces of those are there still whose end is no event. @most: of how many,
 * in turn; reads those that are not. Returns as recall, of any.
 */
bool recall_ended(struct kept *k, size_t most);

/* Whether a failed one is to be tried again. @now: seconds since the epoch */
bool recall_failed(struct kept *k, int64_t now);

#endif
