/* A part of what is on-link that nobody is found in: the ground for a proposal. */
#ifndef V6HOOK_SURVEY_LINK_H
#define V6HOOK_SURVEY_LINK_H

#include "net/link.h"
#include "net/own.h"
#include "policy/propose.h"

/*
 * Asks who is on the uplink's link, which takes up to three seconds, and proposes a part of it.
 * @host: the host's address there. Returns 0, or -errno: as survey
 */
int survey_link(struct nl_sock *nl, const struct host_addresses *own, const struct link *uplink,
		const struct address *host, struct proposal *ret, struct error *e);

/* The provider of the address, if its plans are known to have 16 addresses, or null. */
const char *survey_sixteen(const struct in6_addr *address);

#endif
