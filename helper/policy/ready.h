/* Addresses probed ahead of time, so that a container's first start does not wait for the probe. */
#ifndef V6HOOK_READY_H
#define V6HOOK_READY_H

#include <net/if.h>

#include "known/context.h"
#include "net/marked.h"
#include "net/uplink.h"

#define READY_EACH 3  /* of each pool, at most */
#define READY_OF 3    /* one of so many that are free */
#define READY_MOST 64 /* altogether */

/* An address that is to be ready, and where. */
struct ready_address {
	struct in6_addr address;
	struct uplink uplink;
	bool counts; /* not so of one that another answered for not long ago */
};

struct ready {
	struct ready_address list[READY_MOST];
	size_t count;
};

/* Whether the address is the host's own on this uplink already, by a proxy entry that answers. */
bool ready_is(struct nl_sock *host, const struct uplink *u, const struct in6_addr *address);

/*
 * Which addresses are to be ready: the ones that new containers would get next, of each small pool
 * whose addresses are probed. Returns 0 or -errno.
 */
int ready_list(struct context *c, struct nl_sock *host, struct ready *ret, struct error *e);

/*
 * Compares them with the marked entries of which no container is known.
 * @ret_extra: 0, or a number that tells those entries that keep nothing ready from any others
 * Returns whether one that is to be ready is not.
 */
bool ready_missing(struct context *c, const struct marked *have, uint64_t *ret_extra);

/* Probes for those that are not ready, and makes them so. Returns 0 or -errno. */
int ready_make(struct context *c, struct error *e);

/*
 * Gives all of them up: to be called by the service when it ends. @have: the marked entries of
 * which no container is known, so that none need be looked for among those that are attached
 */
void ready_end(struct context *c, const struct marked *have);

#endif
