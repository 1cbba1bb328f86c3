/* Which of the host's interfaces is the uplink: the one where the provider's router is. */
#ifndef V6HOOK_KNOWN_UPLINK_H
#define V6HOOK_KNOWN_UPLINK_H

#include <stdbool.h>

#include "base/error.h"
#include "net/link.h"

/* What speaks for an uplink that the configuration does not name. */
struct uplink_evidence {
	const struct link *leaves;  /* where what the containers send leaves the host, or null */
	const struct link *on_link; /* another interface where the range is on-link, or null */
	bool routed;		    /* the provider routes the range: nothing is solicited */
	const char *range;	    /* its first address, for the message */
	const char *hint;	    /* what to do if there is no evidence at all */
};

/* Why nothing but the routes could tell that a router is there, or null. */
const char *uplink_doubt(const struct link *l);

/*
 * Chooses the interface that has the router. A bridge and an interface without Neighbour Discovery
 * (a tunnel) have none, unless what the containers send leaves there, and a tunnel then only for a
 * range that is routed.
 * Returns 0, or with STATUS_USAGE: -ENOTUNIQ if the evidence disagrees, or leads to a tunnel; or
 * -ENODEV if there is none.
 */
int uplink_choose(const struct uplink_evidence *v, const struct link **ret, struct error *e);

/*
 * Whether the interface can be an uplink at all, whoever named it: it is up, no port of another
 * that gets what arrives there, and has Neighbour Discovery unless the range is routed.
 * @master: which it is a port of, or null
 * Returns 0, or -ENETDOWN, -EBUSY or -EOPNOTSUPP with a message that says what to do.
 */
int uplink_check(const struct link *l, const struct link *master, bool routed, struct error *e);

#endif
