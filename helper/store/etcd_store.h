/* The lease store of a host that shares its ranges with others, in etcd. */
#ifndef V6HOOK_ETCD_STORE_H
#define V6HOOK_ETCD_STORE_H

#include "base/config.h"
#include "store/lease.h"

/*
 * Makes of a store in a directory one whose leases are in etcd first; one that is that already asks
 * another etcd from now on. @c: must outlive it, or the next call
 * Returns 0, or -ENOMEM: then it is as it was.
 */
int etcd_store_over(struct lease_store *s, const struct config_store *c, struct error *e);

/* Makes of it one in a directory again. */
void etcd_store_off(struct lease_store *s);

#endif
