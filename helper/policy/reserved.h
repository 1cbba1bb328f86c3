/* Addresses that are not for just anybody: the host's, those named for others, those of others. */
#ifndef V6HOOK_RESERVED_H
#define V6HOOK_RESERVED_H

#include "known/context.h"
#include "net/uplink.h"

/*
 * Whether the container may have this address as far as the host and the configuration go.
 * Returns 0, or -EADDRINUSE with STATUS_IN_USE: the host's own, or reserved for another; or -errno.
 */
int reserved_check(const struct context *c, struct host_addresses *own, const char *ident,
		   const struct in6_addr *address, struct error *e);

/* Whether the address is not for just anybody: the host's own, or reserved by the configuration. */
bool reserved_is(const struct context *c, struct host_addresses *own,
		 const struct in6_addr *address);

/* Lets an address that another answers for rest for hold_s in the other's name; then it may be
 * claimed. */
void reserved_elsewhere(struct context *c, const struct in6_addr *address,
			const unsigned char owner[6]);

#endif
