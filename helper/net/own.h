/* What the host itself has: its addresses, and its default route. */
#ifndef V6HOOK_OWN_H
#define V6HOOK_OWN_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/address.h"
#include "net/route.h"

#define OWN_LINKS_MOST 8 /* interfaces read one by one; beyond that all are read */

/*
 * None of it may be handed out. Addresses are read when they are asked for, interface by interface:
 * each container's port has one, so that reading all of them costs the more the more are attached.
 */
struct host_addresses {
	struct address *list; /* of what has been read; link-local ones left out */
	size_t count;
	struct route standard; /* the default route; ifindex 0 if there is none */

	struct nl_sock *nl;
	bool all; /* every interface has been read */
	int links[OWN_LINKS_MOST];
	size_t link_count;
};

static inline void host_addresses_release(struct host_addresses *h)
{
	free(h->list);
}
#define _host_addresses_ CLEANUP(host_addresses_release)

/* Looks the default route up, and nothing else yet. @s: serves as long as ret does */
void host_addresses_begin(struct nl_sock *s, struct host_addresses *ret);

/* The same with every address read: for who asks about many. Returns 0 or -errno. */
int host_addresses_read(struct nl_sock *s, struct host_addresses *ret, struct error *e);

/* Sees to it that the list has the addresses of the interface, 0 for all. Returns 0 or -errno. */
int host_addresses_of(struct host_addresses *h, int ifindex);

/*
 * Whether the address is the host's own, a subnet-router anycast address of a prefix on one of its
 * links (RFC 4291, 2.6.1), or its gateway's. @ret_why: set to which, if not null
 * Returns 1, 0, or -errno if it cannot be told.
 */
int host_addresses_have(struct host_addresses *h, const struct in6_addr *address,
			const char **ret_why);

#endif
