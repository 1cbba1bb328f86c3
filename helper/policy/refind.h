/* The instance that has an address, found by looking into every network namespace. */
#ifndef V6HOOK_REFIND_H
#define V6HOOK_REFIND_H

#include <netinet/in.h>

#include "base/error.h"
#include "store/lease.h"

/*
 * Looks for the one network namespace of this host, besides its own, whose interfaces have the
 * address with v6hook's mark. What a container has besides (an address added by hand, two that have
 * the same) tells nothing.
 * @ret: where it is: process or file, namespace, boot; the rest is left alone
 * Returns 1; 0 if no namespace has the address; -EEXIST or another -errno if nobody can tell.
 */
int refind(const struct in6_addr *address, struct attachment *ret, struct error *e);

#endif
