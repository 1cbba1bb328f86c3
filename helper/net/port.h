/* A container's port: the veth pair that joins its network namespace to the host. */
#ifndef V6HOOK_PORT_H
#define V6HOOK_PORT_H

#include <net/if.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/link.h"
#include "net/netns.h"

struct port {
	int inner;		      /* the container's end: ifindex in its namespace */
	char inner_name[IF_NAMESIZE]; /* as it is called now; only for sysctls */
	bool up;		      /* the container's end */
	unsigned char mac[6];	      /* of the container's end */
	int outer;		      /* the host's end */
	int nsid;		      /* the host's number of its namespace */
	int via;		      /* where routes to the container go: the bridge, or outer */
	char via_name[IF_NAMESIZE];
	bool bridged; /* via is a bridge (not so in LXC's veth.mode=router) */
};

/*
 * Finds the port. What the container says of its interfaces (any may be renamed or faked) is only
 * a hint: a port counts if the host's own end is a veth that points back to it. Of several the one
 * with the container's IPv4 default route is taken, else the first.
 * @host, @inner: sockets in the two namespaces; @mac: of the container's end that is wanted if
 * there is one, or null Returns 0, or -ENODEV with a message that says what there is instead, or
 * -errno.
 */
int port_find(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
	      const unsigned char *mac, struct port *ret, struct error *e);

/* The same for the one that is on the bridge, whichever else there are. */
int port_find_on(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
		 const char *bridge, struct port *ret, struct error *e);

/*
 * Whether the container's end is there as it was found. For those who failed at it.
 * Returns 0, -EAGAIN with a message if it is gone, where there may be another one by now, or has
 * another name; or 0 as well where nothing can be said.
 */
int port_check(struct nl_sock *inner, const struct port *port, struct error *e);

/*
 * Whether a veth of the host, as it was seen a moment ago, leads to this namespace still: only the
 * container's end is asked for. Fills in all but the names and bridged. @outer: the host's end
 */
bool port_is_still(struct nl_sock *host, struct nl_sock *inner, const struct netns *netns,
		   const struct link *outer, struct port *ret);

#endif
