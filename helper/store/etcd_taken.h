/* Which addresses are taken in etcd by anybody, as of one moment: what need not be tried. */
#ifndef V6HOOK_ETCD_TAKEN_H
#define V6HOOK_ETCD_TAKEN_H

#include "store/etcd_http.h"
#include "store/etcd_json.h"
#include "store/lease.h"

struct etcd_taken;

/* Reads them all. On failure nothing is known, and *ret untouched: then each is tried. */
void etcd_taken_read(struct etcd_http *h, const struct config_store *c, struct etcd_taken **ret);
void etcd_taken_free(struct etcd_taken *t);

bool etcd_taken_has(const struct etcd_taken *t, const struct in6_addr *address);

/*
 * Calls each for every key that begins with the prefix and `under`, in their order, all as of one
 * revision. @begin: where in the key that ends. A non-zero return ends it and is returned.
 */
int etcd_each_key(struct etcd_http *h, const struct config_store *c, const char *under,
		  bool keys_only, int (*each)(const struct etcd_kv *kv, size_t begin, void *arg),
		  void *arg, struct error *e);

/*
 * Calls each for every lease in etcd, of all hosts, in the order of keys; all as of one revision.
 * What cannot be read has `trouble`, and is its address's if that can be told. A non-zero return
 * ends it and is returned.
 */
int etcd_each_lease(struct etcd_http *h, const struct config_store *c, bool keys_only,
		    int (*each)(const struct lease *lease, void *arg), void *arg, struct error *e);

#endif
