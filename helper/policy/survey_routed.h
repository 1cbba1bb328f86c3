/* A prefix that the provider routes to this host: where one shows, for a proposal. */
#ifndef V6HOOK_SURVEY_ROUTED_H
#define V6HOOK_SURVEY_ROUTED_H

#include "net/own.h"
#include "policy/propose.h"

/*
 * Proposes a prefix of the host's that is behind no uplink, or has a route that leads nowhere.
 * @uplink: its number. Returns whether there is one; ret is to be used only then.
 */
bool survey_routed(struct nl_sock *nl, const struct host_addresses *own, int uplink,
		   struct proposal *ret);

#endif
