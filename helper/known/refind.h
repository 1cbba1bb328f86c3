/* The instance that an address leads to, found by looking into every network namespace. */
#ifndef V6HOOK_REFIND_H
#define V6HOOK_REFIND_H

#include <netinet/in.h>

#include "base/error.h"
#include "store/lease.h"

/* Whether the instance that was found is known to be another container's. */
typedef bool (*refind_taken)(const struct attachment *found, void *arg);

/*
 * Looks for the one network namespace of this host, besides its own, that the address leads to: its
 * port is on the bridge of the marked route, with the MAC of the marked neighbour. What is found
 * inside a namespace tells nothing, as its container may have put it there.
 * @taken: or null
 * @ret: where it is: process or file, namespace; the rest is left alone
 * Returns 1; 0 if there is none; -EEXIST or another -errno if nobody can tell.
 */
int refind_but(const struct in6_addr *address, refind_taken taken, void *arg,
	       struct attachment *ret, struct error *e);

/* The same, whoever's it is. */
int refind(const struct in6_addr *address, struct attachment *ret, struct error *e);

#endif
