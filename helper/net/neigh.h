/* Proxy entries and permanent neighbours that carry v6hook's mark. */
#ifndef V6HOOK_NEIGH_H
#define V6HOOK_NEIGH_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

/*
 * Both build their messages by hand: libnl has no setter for NDA_PROTOCOL, and its neighbour cache
 * does not dump proxy entries (the kernel wants a full ndmsg with NTF_PROXY for that).
 */

/*
 * Adds the proxy entry ADDRESS dev IFINDEX, marked, and reads it back. One that somebody else made
 * is left as it is, and serves as well.
 * Returns 0 and whether it is new, or -errno; -EIO if it does not appear.
 */
int proxy_add(struct nl_sock *s, const struct in6_addr *address, int ifindex, bool *ret_new);

/* Removes the marked proxy entry. Returns 1, 0 if there is none of ours, or -errno. */
int proxy_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/* Whether there is a proxy entry, of whoever made it. Returns 1, 0 or -errno. */
int proxy_exists(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/* Whether there is one that carries the mark. Returns 1, 0 or -errno. */
int proxy_is_marked(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/* Calls each for every marked proxy entry. Returns 0 or -errno. */
int proxy_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg);

/*
 * Whether ADDRESS is a permanent neighbour with this MAC, of whoever made it. Returns 1; 0;
 * -EEXIST if a permanent one of another's making has another MAC; or -errno.
 */
int neigh_check(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		const unsigned char mac[6]);

/*
 * Makes ADDRESS a permanent neighbour with this MAC, marked, in place of one that the kernel
 * learned. Returns 0 and whether anything changed; or -errno, as neigh_check.
 */
int neigh_add(struct nl_sock *s, const struct in6_addr *address, int ifindex,
	      const unsigned char mac[6], bool *ret_changed);

/* Whether the address is a permanent neighbour, of whoever made it. Returns 1, 0 or -errno. */
int neigh_is_permanent(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/* Whether the kernel has asked for the address in vain (NUD_FAILED). Returns 1, 0 or -errno. */
int neigh_has_failed(struct nl_sock *s, const struct in6_addr *address, int ifindex);

/* Whether it is one with the mark, and with which MAC. Returns 1, 0 or -errno. */
int neigh_is_marked(struct nl_sock *s, const struct in6_addr *address, int ifindex,
		    unsigned char ret_mac[6]);

/* Calls each for every permanent neighbour with the mark. Returns 0 or -errno. */
int neigh_each_marked(struct nl_sock *s,
		      int (*each)(const struct in6_addr *address, int ifindex, void *arg),
		      void *arg);

/* Calls each for every neighbour on the interface whose MAC the kernel knows. Returns 0 or -errno.
 */
int neigh_each_known(struct nl_sock *s, int ifindex,
		     void (*each)(const struct in6_addr *address, void *arg), void *arg);

/*
 * The messages of which these consist, for nl_do_all: a new entry with the mark; and a question,
 * which is refused if there is no such entry. The neighbour takes the place of any other. Null
 * without memory.
 */
struct nl_msg *proxy_wish(const struct in6_addr *address, int ifindex);
struct nl_msg *proxy_question(const struct in6_addr *address, int ifindex);
struct nl_msg *neigh_wish(const struct in6_addr *address, int ifindex, const unsigned char mac[6]);

/* Removes the marked neighbour. Returns 1, 0 if there is none of ours, or -errno. */
int neigh_remove(struct nl_sock *s, const struct in6_addr *address, int ifindex);

#endif
