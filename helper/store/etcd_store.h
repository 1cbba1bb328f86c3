/* The lease store of a host that shares its ranges with others, in etcd. */
#ifndef V6HOOK_ETCD_STORE_H
#define V6HOOK_ETCD_STORE_H

#include "base/config.h"
#include "store/etcd_json.h"
#include "store/lease.h"

/*
 * Makes of a store in a directory one whose leases are in etcd first; one that is that already asks
 * another etcd from now on. @c: must outlive it, or the next call
 * Returns 0, or -ENOMEM: then it is as it was.
 */
int etcd_store_over(struct lease_store *s, const struct config_store *c, struct error *e);

/* Whether a lease of etcd's is this host's; and this container's, and not given up. */
bool etcd_store_is_host(const struct lease_store *s, const struct lease *lease);
bool etcd_store_is_own(const struct lease_store *s, const struct lease *lease, const char *ident);

/* Tells etcd of a lease that this host has. Returns 0, -ESTALE if it is another's, or -errno. */
int etcd_store_give(struct lease_store *s, const struct lease *lease, struct error *e);

/*
 * Makes a lease here that this host has in etcd. Returns 0, -ESTALE if it is that no more, or its
 * container has another by now, which is then its only one; or -errno.
 */
int etcd_store_take(struct lease_store *s, const struct lease *lease, struct error *e);

/*
 * Whether a lease is this host's in etcd, and no other host answers for it any more; which is
 * waited for. @take: it becomes this host's, if it is its container's. Returns as etcd_move.
 */
int etcd_store_answers(struct lease_store *s, const struct lease *lease, bool take,
		       struct error *e);

/* Whether etcd answers now, if the store is in etcd. Returns 0 or as etcd_ask. */
int etcd_store_reach(struct lease_store *s, struct error *e);

/* Whether a container is the same on all hosts. */
bool etcd_store_shares(const struct lease_store *s);

/* Makes it that, or only tells. Returns as etcd_share. */
int etcd_store_share(struct lease_store *s, const struct lease *lease, bool change,
		     struct error *e);

/* As etcd_each_key, for those of containers that are. */
int etcd_store_each_shared(struct lease_store *s,
			   int (*each)(const struct etcd_kv *kv, size_t begin, void *arg),
			   void *arg, struct error *e);

/* As etcd_each_lease, for a store that is in etcd. */
int etcd_store_each(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		    void *arg, struct error *e);

/* Makes of it one in a directory again. */
void etcd_store_off(struct lease_store *s);

#endif
