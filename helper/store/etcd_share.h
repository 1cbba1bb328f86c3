/* A container of one host alone that becomes one that is the same on all. */
#ifndef V6HOOK_ETCD_SHARE_H
#define V6HOOK_ETCD_SHARE_H

#include "store/etcd_http.h"
#include "store/lease.h"

/*
 * Has the container that holds a lease of this host's from before "identity" was "cluster" be known
 * by its name alone: its key moves, and nothing else changes. To be called where the kernel holds
 * the address back when etcd is away.
 * @change: false: it is only told whether it would
 * Returns 1; 0 if it is that already, or the lease is not this host's any more; -EEXIST with a
 * message: hosts share another container of that name, and both stay as they are; -EBUSY with a
 * message: this host's service is unknown to etcd; or as etcd_ask.
 */
int etcd_share(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
	       bool change, struct error *e);

#endif
