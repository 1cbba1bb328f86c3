/* Which range is proposed for containers where nobody has named one: never more than is safe. */
#ifndef V6HOOK_PROPOSE_H
#define V6HOOK_PROPOSE_H

#include "base/error.h"
#include "store/range.h"

/* What is known of the prefix on the uplink. */
struct propose_evidence {
	struct in6_addr address; /* the host's own there */
	unsigned int length;	 /* of its prefix */
	bool dynamic;		 /* it has made the address itself (SLAAC) */
	const char *sixteen;	 /* the provider, if its plans are known to have 16 addresses */
	/* the host's own addresses in the prefix, and then the router's */
	const struct in6_addr *known;
	size_t known_count, own_count;
	const struct in6_addr *others; /* of machines that answered there */
	size_t other_count;
	const struct range *held; /* what is on other interfaces, or answers otherwise */
	size_t held_count;
};

#define PROPOSE_EXCLUDES 24
#define PROPOSE_ROUTED 120 /* the longest prefix that is taken for one that is routed here */

struct proposal {
	struct range range;
	unsigned int length; /* of the prefix that it is */
	bool routed;
	struct in6_addr exclude[PROPOSE_EXCLUDES];
	enum propose_whose {
		PROPOSE_HOSTS,
		PROPOSE_ROUTERS,
		PROPOSE_ANOTHERS
	} whose[PROPOSE_EXCLUDES];
	size_t exclude_count;
	char why[320];
	char trap[320]; /* what to know before taking it, or "" */
};

/* PREFIX/LEN of a range. @out: 64 bytes. Returns out. */
char *propose_text(const struct range *range, unsigned int length, char *out);

/*
 * Proposes a part of an on-link prefix: 16 addresses around the host's own where the plan has no
 * more, or others answer nearby; all of a prefix that is small; else a /112 in the host's own /80.
 * Returns 0, or -ENODATA with STATUS_USAGE and the reason: nothing tells which are safe.
 */
int propose(const struct propose_evidence *v, struct proposal *ret, struct error *e);

/* Leaves out the addresses that are known to be somebody's. */
void propose_exclude(const struct in6_addr *list, size_t count, enum propose_whose whose,
		     struct proposal *p);

#endif
