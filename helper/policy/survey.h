/* What the host's network says of a range for containers: the ground for a proposal. */
#ifndef V6HOOK_SURVEY_H
#define V6HOOK_SURVEY_H

#include "net/link.h"
#include "net/own.h"
#include "policy/propose.h"

/*
 * Proposes a range: a prefix that is the host's behind no uplink (the provider routes it here),
 * else a part of what is on-link on the uplink, where it asks who is there, which takes up to three
 * seconds.
 * @uplink: where the router is; @routed: a routed one alone will do; @on_link: and such a one will
 * not Returns 0, or with STATUS_USAGE -EADDRNOTAVAIL if the host has no public address there;
 * -ENODATA as propose; -EAGAIN if its address is being checked for duplicates; or -errno.
 */
int survey(struct nl_sock *nl, struct host_addresses *own, const struct link *uplink, bool routed,
	   bool on_link, struct proposal *ret, struct error *e);

#endif
