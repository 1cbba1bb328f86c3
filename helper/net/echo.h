/* Whether somebody answers: echo requests in the name of one address, also of another's. */
#ifndef V6HOOK_ECHO_H
#define V6HOOK_ECHO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "net/netns.h"

/*
 * An address that every full routing table has (a root server's), for packets whose hops end at the
 * first router: they get no further.
 */
extern const struct in6_addr echo_world;

/* What is asked, and how often. */
struct echo {
	int ifindex;		/* by which interface it leaves */
	struct in6_addr source; /* whose answer it is to be; need not be an address of this host */
	struct in6_addr to;
	int hops;	       /* the hop limit: the router where it ends says so (RFC 4443, 3.3) */
	unsigned int times;    /* requests, */
	unsigned int every_ms; /* so long after each other; each waits so long for an answer */
	const unsigned char *mac; /* the interface's, for a neighbour: an answer to a solicitation
				   * serves as well; or null
				   */
};

/*
 * Asks in the calling thread's network namespace. Answers come to who has the address.
 * @ret_from: who answered, if anybody did; may be null
 * Returns 1, 0 if nobody answered, or -errno (-ENETUNREACH: there is no way there).
 */
int echo_ask(const struct echo *q, struct in6_addr *ret_from, struct error *e);

/* The same within another network namespace, which the interface is in. */
int echo_ask_within(const struct netns *n, const struct echo *q, struct in6_addr *ret_from,
		    struct error *e);

/* Sends one request and waits for nothing: the answer goes to another. Returns 0 or -errno. */
int echo_send(const struct echo *q, struct error *e);

#endif
