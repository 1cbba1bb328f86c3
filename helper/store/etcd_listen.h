/* Hearing at once that something has changed in etcd; what, is to be asked then. */
#ifndef V6HOOK_ETCD_LISTEN_H
#define V6HOOK_ETCD_LISTEN_H

#include "store/etcd_http.h"

struct etcd_listen;

/*
 * Begins to listen to keys, at the member that answered last. @end: the first key after them
 * Returns 0 or -errno. Whether the member answers is told by etcd_hear.
 */
int etcd_listen(struct etcd_http *h, const char *from, const char *end, struct etcd_listen **ret,
		struct error *e);
void etcd_listen_free(struct etcd_listen *l);

/*
 * Whether it listens to the member that answered last. If not, that member may have been passed
 * over because the way to it is cut, and then nothing is heard of it, not even that.
 */
bool etcd_listens_there(const struct etcd_listen *l, const struct etcd_http *h);

/*
 * Waits for a change, so many milliseconds at most. The first news is that it listens.
 * Returns 1 if there may be one, 0, or -EHOSTDOWN when nothing is heard any more, or etcd has given
 * the watch up: then it is to be begun anew.
 */
int etcd_hear(struct etcd_listen *l, int ms);

DEFINE_CLEANUP(struct etcd_listen *, cleanup_etcd_listen, etcd_listen_free)
#define _etcd_listen_ CLEANUP(cleanup_etcd_listen)

#endif
