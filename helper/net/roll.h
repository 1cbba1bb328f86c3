/* Who is on the link: an echo request to all nodes, and who answers it. */
#ifndef V6HOOK_ROLL_H
#define V6HOOK_ROLL_H

#include <netinet/in.h>

#include "base/error.h"

/*
 * Asks all nodes of the link for an answer to this address of the host's there (RFC 4443, 4.1), and
 * hands over who answers within so many milliseconds, some of them more than once. Most hosts do
 * (net.ipv6.icmp.echo_ignore_multicast), by an address of the same prefix if they have one (RFC
 * 6724).
 * Returns 0 or -errno.
 */
int roll_call(int ifindex, const struct in6_addr *own, unsigned int wait_ms,
	      void (*each)(const struct in6_addr *who, void *arg), void *arg, struct error *e);

#endif
