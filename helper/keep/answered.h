/* Who answers for an address that hosts share: what is asked before a proxy entry is made. */
#ifndef V6HOOK_ANSWERED_H
#define V6HOOK_ANSWERED_H

#include "known/context.h"

/*
 * Has the kernel answer for the address if etcd says that it is this host's; where hosts do not
 * share containers it does so anyway. With etcd away it does so when the service has heard of that
 * again, which is told.
 * @take: it becomes this host's, if it is its container's on another: that was started here
 * Returns 0; -ESTALE if it is another host's by now, -EBUSY if another answers still; or -errno.
 */
int answered_begin(const struct context *c, const struct lease *lease, bool take, struct error *e);

/*
 * As ndisc_announce_many; but what may become another host's goes by the kernel's output hook,
 * which holds it back when it is. Returns 0 or -errno.
 */
int answered_announce(const struct context *c, int ifindex, const unsigned char own_mac[6],
		      const struct in6_addr *source, const struct in6_addr *address,
		      struct error *e);

#endif
