/*
 * A host that tells etcd that it lives, and hears which of its addresses are to become another's.
 *
 *     PREFIX hosts/east               goes with etcd's lease of that host; it has the lease's
 * number PREFIX moving/2001:db8::5       the host that is to answer for it no more; which removes
 * it
 */
#ifndef V6HOOK_ETCD_ALIVE_H
#define V6HOOK_ETCD_ALIVE_H

#include "store/etcd_http.h"

#define ETCD_HOSTS "hosts/"
#define ETCD_MOVING "moving/"

struct etcd_alive {
	char id[24]; /* of etcd's lease, as it writes it */
};

/* The name of a host's key, and of an address's that moves. @ret: ETCD_KEY_MAX bytes */
void etcd_host_key(const struct config_store *c, const char *host, char *ret);
void etcd_moving_key(const struct config_store *c, const struct in6_addr *address, char *ret);

/* All keys of addresses that move: the first, and the first after them. */
void etcd_moving_keys(const struct config_store *c, char *ret_from, char *ret_end);

/* Begins to live: with a lease of c->ttl_s seconds or more. Returns 0 or as etcd_ask. */
int etcd_alive_begin(struct etcd_http *h, const struct config_store *c, struct etcd_alive *ret,
		     struct error *e);

/*
 * What etcd knows of this host already, of a process that has ended, to go on with.
 * Returns 0; -ESTALE if it knows nothing; or as etcd_ask.
 */
int etcd_alive_known(struct etcd_http *h, const struct config_store *c, struct etcd_alive *ret,
		     struct error *e);

/* Lives on. Returns 0, -ESTALE if the lease has run out, or as etcd_ask. */
int etcd_alive_on(struct etcd_http *h, const struct etcd_alive *a, struct error *e);

/* Called for each address that moves. @own: this host is to give it up; @revision: of that key */
typedef int (*etcd_each_moving)(const struct in6_addr *address, bool own, int64_t revision,
				void *arg);

/*
 * Asks for those, by a majority. Returns 0; what each returned; -ESTALE if the host's key is not
 * this lease's: another goes by its name, or it has run out; or as etcd_ask.
 */
int etcd_alive_moving(struct etcd_http *h, const struct config_store *c, const struct etcd_alive *a,
		      etcd_each_moving each, void *arg, struct error *e);

/* Says that this host does not answer for it any more. Returns 0 or as etcd_ask. */
int etcd_alive_moved(struct etcd_http *h, const struct config_store *c,
		     const struct in6_addr *address, int64_t revision, struct error *e);

#endif
