/* Neighbour Discovery on the uplink: is an address somebody's, and: it is here now (RFC 4861). */
#ifndef V6HOOK_NDISC_H
#define V6HOOK_NDISC_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Asks with a Duplicate Address Detection solicitation (RFC 4862, 5.4.2: source ::, so that no
 * cache learns anything) who has the address, and listens for wait_ms milliseconds; a second
 * solicitation is sent halfway. A proxying host may take 0.8 s to answer. Another that probes for
 * the same address at the same time counts as an owner.
 * @ret_owner: the owner's MAC, if there is one
 * Returns 1 if the address is taken, 0 if nobody answered, or -errno (-EPERM: no CAP_NET_RAW).
 */
int ndisc_probe(int ifindex, const unsigned char own_mac[6], const struct in6_addr *address,
		unsigned int wait_ms, unsigned char ret_owner[6], struct error *e);

#define NDISC_MANY 32

/* What is known of an address after it was asked for. */
struct ndisc_answer {
	bool taken;
	unsigned char owner[6];
};

/*
 * The same for several addresses in the time of one. @count: NDISC_MANY at most
 * Returns 0 and an answer for each, or -errno.
 */
int ndisc_probe_many(int ifindex, const unsigned char own_mac[6], const struct in6_addr *list,
		     size_t count, unsigned int wait_ms, struct ndisc_answer *ret, struct error *e);

/*
 * Sends one unsolicited advertisement with the Override flag to all nodes (RFC 4861, 7.2.6), so
 * that a router that has the address in its cache under another MAC learns ours at once.
 * @source: one of the host's addresses on the uplink; some providers drop link-local ones
 * Returns 0 or -errno.
 */
int ndisc_announce(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
		   const struct in6_addr *address, struct error *e);

/*
 * The same for who announces many: by a packet socket, which stays open, as its end takes the
 * kernel up to 20 ms. The way is not looked up for each, which takes the longer the more interfaces
 * there are.
 */
int ndisc_announce_many(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
			const struct in6_addr *address, struct error *e);

/*
 * The same, so that the kernel's output hook sees it: what filter/fence.h holds back is not sent.
 * Returns 0, -EAFNOSUPPORT without a message where a service may open no such socket, or -errno.
 */
int ndisc_announce_raw(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
		       const struct in6_addr *address, struct error *e);

#endif
