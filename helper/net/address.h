/* IPv6 addresses on interfaces: listed, and added or removed with v6hook's mark. */
#ifndef V6HOOK_ADDRESS_H
#define V6HOOK_ADDRESS_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#define LOOPBACK_IFINDEX 1 /* lo, in every network namespace (include/net/flow.h) */

struct address {
	struct in6_addr address;
	unsigned int length; /* of its prefix */
	int ifindex;
	unsigned int flags; /* IFA_F_*: if_addr.h */
	bool ours;	    /* carries the mark (IFA_PROTO, Linux 5.18) */
};

/*
 * Calls each for the IPv6 addresses of the namespace. @ifindex: 0 for every interface
 * Returns 0, what each returned, or -errno.
 */
int address_each(struct nl_sock *s, int ifindex,
		 int (*each)(const struct address *address, void *arg), void *arg);

/* Asks for one address of one interface. Returns 1, 0 if it does not have it, or -errno. */
int address_get(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		struct address *ret);

/*
 * Adds ADDRESS/LENGTH, marked and usable at once (IFA_F_NODAD). One that is there stays as it is.
 * Returns 0 and whether it is new, or -errno.
 */
int address_add(struct nl_sock *s, const struct in6_addr *address, unsigned int length, int ifindex,
		bool *ret_new);

/* Removes the address if it is marked. Returns 1, 0 if there is none of ours, or -errno. */
int address_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/*
 * Removes every marked address of the interface and of lo but the one to keep (or null), link-local
 * ones left out. Returns 0 or -errno.
 */
int address_remove_marked(struct nl_sock *s, int ifindex, const struct in6_addr *keep);

#endif
