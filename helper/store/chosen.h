/* Opens the lease store that the configuration chooses. */
#ifndef V6HOOK_CHOSEN_H
#define V6HOOK_CHOSEN_H

#include "base/config.h"
#include "store/lease.h"

/*
 * Opens it: the files in the state directory, or these as this host's part of what is in etcd. For
 * that the small program becomes the whole one, if it is to write: nothing may have been changed.
 * @c: must outlive it; @write: as for lease_dir_open
 * Returns 0 or -errno. etcd itself is not asked yet.
 */
int store_open(const struct config *c, bool write, struct lease_store **ret, struct error *e);

/*
 * Makes an open one follow another configuration; its directory stays. @c: must outlive it
 * Returns 0, or -errno: then it is as it was.
 */
int store_follow(struct lease_store *s, const struct config *c, struct error *e);

#endif
