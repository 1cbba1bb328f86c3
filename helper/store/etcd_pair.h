/*
 * The two keys of a lease in etcd, which are changed at once or not at all.
 *
 *     PREFIX leases/2001:db8::5              the lease of that address, and whose host's it is
 *     PREFIX containers/HOST/docker:web1     the address that this container of that host has
 *     PREFIX shared/docker:web1              the same, where it is the same on all hosts
 */
#ifndef V6HOOK_ETCD_PAIR_H
#define V6HOOK_ETCD_PAIR_H

#include "store/etcd_http.h"
#include "store/lease.h"

#define ETCD_LEASES "leases/"
#define ETCD_CONTAINERS "containers/"
#define ETCD_SHARED "shared/"

/* What is known of both, or guessed. */
struct etcd_pair {
	int64_t address_revision; /* of the address's last change; 0: there is no such key */
	bool damaged;		  /* what stands there is no lease of that address */
	struct lease lease;	  /* else what it holds; its host is filled in */
	int64_t holder_revision;  /* of the container's last change, likewise */
	bool has_address;	  /* whether what stands there is an address */
	struct in6_addr address;  /* which its container has */
};

/* What becomes of them. */
struct etcd_change {
	const struct lease *lease;     /* put for its address; null: that key is removed */
	const struct in6_addr *holder; /* put for its container; null: removed if it is this
					  address, else left */
};

/* Their names. @ret: ETCD_KEY_MAX bytes */
void etcd_pair_key(const struct config_store *c, const struct in6_addr *address, char *ret);
void etcd_pair_holder(const struct config_store *c, const char *ident, char *ret);

/* A container's that is of this host alone, also where it is not. */
void etcd_pair_unshared(const struct config_store *c, const char *ident, char *ret);

/*
 * Looks both up. @ident: of the container, of this host; "" for none
 * Returns 0 or as etcd_ask.
 */
int etcd_pair_look(struct etcd_http *h, const struct config_store *c,
		   const struct in6_addr *address, const char *ident, struct etcd_pair *ret,
		   struct error *e);

/*
 * Changes both in one transaction if they are still what is known of them by their revisions.
 * @known: becomes what they are, when they are not
 * Returns 1 when they are changed, 0 when they were not as known, or as etcd_ask.
 */
int etcd_pair_change(struct etcd_http *h, const struct config_store *c,
		     const struct in6_addr *address, const char *ident, struct etcd_pair *known,
		     const struct etcd_change *change, struct error *e);

#endif
