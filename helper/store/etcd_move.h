/* An address that follows its container from one host to another. */
#ifndef V6HOOK_ETCD_MOVE_H
#define V6HOOK_ETCD_MOVE_H

#include "store/etcd_http.h"
#include "store/lease.h"

/*
 * Sees to it that no other host answers for an address that is this container's.
 * @take: it becomes this host's, if it is another's; else nothing is changed about whose it is
 * Returns 1 and the lease: it is this host's, and no other answers; 0: it is not that container's,
 * or another host's; -EBUSY with a message: another host may answer for it still; or as etcd_ask.
 */
int etcd_move(struct etcd_http *h, const struct config_store *c, const struct in6_addr *address,
	      const char *ident, bool take, struct lease *ret, struct error *e);

#endif
