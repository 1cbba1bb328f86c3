/* Answers on one bridge for addresses that lead to another, where the first has them on-link. */
#ifndef V6HOOK_ACROSS_H
#define V6HOOK_ACROSS_H

#include "net/own.h"

/*
 * The bridge that has an address on-link, other than its container's and the uplink. @route: by
 * which the address is found where no /128 route leads to it. Returns its ifindex, or 0.
 */
int across_find(struct nl_sock *nl, const struct route *route, int via, int uplink);

/*
 * Answers on the bridge for each address that leads to another, and that a prefix of this one
 * holds. Returns 0 or -errno.
 */
int across_answer(struct nl_sock *nl, struct host_addresses *own, int via);

#endif
