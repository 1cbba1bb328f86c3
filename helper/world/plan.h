/* What the host's kernel lacks of what the records say, given back to many at once. */
#ifndef V6HOOK_PLAN_H
#define V6HOOK_PLAN_H

#include "wire/nl.h"
#include "world/look.h"

/* What one container is to get back. */
struct plan_step {
	struct in6_addr address;
	int uplink, via; /* ifindexes; no uplink (0): no proxy entry */
	unsigned char mac[6];
	unsigned int lacks; /* bits: 1 << MARKED_PROXY, ... */
	bool failed;	    /* the kernel refused some of it */
};

#define PLAN_MOST (NL_MANY / 2) /* steps at once */

/*
 * Finds out what is missing: what the look has seen is there, and what it has not is asked for, as
 * others' entries serve as well. Returns 0, -EEXIST if another's neighbour is in the way, or
 * -errno.
 */
int plan_step_look(const struct look *l, struct plan_step *step);

/*
 * Puts routes and neighbours, or the proxy entries, of all the steps that have not failed in place,
 * in one go; the proxy entries are read back. Those for which the kernel refuses any have failed.
 */
void plan_lead(struct nl_sock *nl, struct plan_step *const *steps, size_t count);
void plan_open(struct nl_sock *nl, struct plan_step *const *steps, size_t count);

#endif
