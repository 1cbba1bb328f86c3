/* Where this host's leases and what etcd holds of them differ, and making them agree. */
#ifndef V6HOOK_ETCD_HEAL_H
#define V6HOOK_ETCD_HEAL_H

#include "store/lease.h"

enum etcd_heal {
	ETCD_HEAL_GIVE,	 /* etcd knows nothing of a lease of this host: it is told */
	ETCD_HEAL_TAKE,	 /* this host knows nothing of a lease that it has in etcd: it is made here
			  */
	ETCD_HEAL_LOST,	 /* a lease of this host is another's in etcd */
	ETCD_HEAL_SHARE, /* hosts share containers, and not this one yet, which is from before */
};

/*
 * Called for each difference. @lease: as it should be; for a lost one as this host has it
 * @why: what stands against it, or null. Anything but 0 ends it and is returned.
 */
typedef int (*etcd_heal_each)(enum etcd_heal what, const struct lease *lease, const char *why,
			      void *arg);

/*
 * Compares all, and makes them agree if it is to. @fenced: what becomes shared is held back by the
 * kernel when etcd is away, so that it may become that. A store that is not in etcd differs from
 * nothing. Returns 0, what each returned, or -errno with a message: then etcd could not be asked,
 * and nothing was done; or it does not answer any more, and the rest waits.
 */
int etcd_heal(struct lease_store *s, bool changes, bool fenced, etcd_heal_each each, void *arg,
	      struct error *e);

/*
 * Has hosts share the containers of this one that they do not share yet, where they are to: of what
 * etcd_heal does only that. To be called where the kernel holds back what becomes shared. Returns
 * as etcd_heal.
 */
int etcd_heal_shared(struct lease_store *s, etcd_heal_each each, void *arg, struct error *e);

/*
 * Calls each for every lease in etcd of other hosts that is not given up, in no order that means
 * anything; none for a store that is not in etcd. Returns as etcd_heal.
 */
int etcd_others(struct lease_store *s, int (*each)(const struct lease *lease, void *arg), void *arg,
		struct error *e);

#endif
