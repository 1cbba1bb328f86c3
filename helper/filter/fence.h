/*
 * The fence of addresses that hosts share: this host answers for one only while it is known to be
 * its, and while etcd was heard of lately. The kernel keeps to that, whatever becomes of who tells
 * it.
 */
#ifndef V6HOOK_FENCE_H
#define V6HOOK_FENCE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "wire/nl.h"

/* All of these return 0 or -errno with a message, if nothing else is said. @nl: nl_open_filter */

/* Makes the table if there is none. From then on nothing is answered for that it holds back. */
int fence_make(struct nl_sock *nl, struct error *e);

/* Holds an address back until it is let through, if it is not held back or let through already. */
int fence_hold(struct nl_sock *nl, const struct in6_addr *address, struct error *e);

/* Whether it is let through as this host's. Returns 1, 0 or -errno. */
int fence_has(struct nl_sock *nl, const struct in6_addr *address, struct error *e);

/* Whether etcd was heard of lately. Returns 1, 0 or -errno. */
int fence_is_open(struct nl_sock *nl, struct error *e);

/*
 * Before etcd is asked whose an address is: makes a ticket, with which it is let through if none
 * was taken away since. @ret: the ticket
 */
int fence_ask(struct nl_sock *nl, struct in6_addr *ret, struct error *e);

/* Lets it through. Returns as the others; -ESTALE if an address was taken away meanwhile. */
int fence_let(struct nl_sock *nl, const struct in6_addr *ticket, const struct in6_addr *address,
	      struct error *e);

/* Takes it away: from the return of this on it is not answered for. All tickets are void. */
int fence_take(struct nl_sock *nl, const struct in6_addr *address, struct error *e);

/* Takes all away, and all tickets. */
int fence_take_all(struct nl_sock *nl, struct error *e);

/* Lets many through at once: as fence_let, for who takes away itself. */
int fence_let_all(struct nl_sock *nl, const struct in6_addr *list, size_t count, struct error *e);

/* Begins to ask etcd whether this host is known to live: what it says is worth so long, in ms. */
int fence_wait(struct nl_sock *nl, unsigned int ms, struct error *e);

/*
 * It has said so: all that is let through is answered for, for so long. @first: after fence_wait;
 * else the fence is open still. Returns as the others; -ESTALE if the time was over before this.
 */
int fence_open(struct nl_sock *nl, bool first, unsigned int ms, struct error *e);

/* Nothing is answered for any more. */
int fence_close(struct nl_sock *nl, struct error *e);

#endif
