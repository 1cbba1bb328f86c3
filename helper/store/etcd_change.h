/* Changes of what etcd holds of a lease, as long as it is whose it was thought to be. */
#ifndef V6HOOK_ETCD_CHANGE_H
#define V6HOOK_ETCD_CHANGE_H

#include "store/etcd_pair.h"

#define ETCD_TRIES 4 /* of what others have changed meanwhile */

/* Others were always quicker. Returns -EAGAIN with a message. */
int etcd_overtaken(struct error *e);

/*
 * Changes a lease that is this host's. @ident: of the container whose key is meant
 * Returns 0, -ESTALE if the lease is another's there, or -errno.
 */
int etcd_change_own(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
		    const char *ident, const struct etcd_change *change, struct error *e);

/* Removes what is given, of whatever host, if it is still that. Returns 0, -ESTALE or -errno. */
int etcd_change_remove(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
		       struct error *e);

#endif
