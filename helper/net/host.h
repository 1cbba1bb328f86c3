/* The host's side of an attachment: sysctls, bridge gateway, /128 route, neighbour, proxy entry. */
#ifndef V6HOOK_HOST_H
#define V6HOOK_HOST_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/port.h"
#include "net/sysctl.h"
#include "net/uplink.h"

/* What is to be so on the host. */
struct host_wish {
	struct nl_sock *nl;
	const struct port *port;
	const struct uplink *uplink;
	bool routed; /* no proxy entry */
	struct in6_addr gateway;
	struct in6_addr address;
};

/* What one call changed, to be undone when a later step fails. */
struct host_effects {
	struct sysctl_changes sysctls;
	bool gateway, route, neighbour, proxy;
	int across; /* ifindex of a bridge that has the address on-link, or 0 */
	bool across_proxy;
};

/* A setting of the kernel's, below /proc/sys/net/ipv6: net/sysctl.h. */
struct host_setting {
	const char *part, *dev, *name;
	int value;
};

#define HOST_SETTINGS 6

/*
 * What the uplink and the host as a whole need, in the order in which it is to be set: the one that
 * keeps the default route goes before the one that would take it.
 * @u: must outlive ret; @ret: room for HOST_SETTINGS. Returns how many.
 */
size_t host_settings(const struct uplink *u, bool routed, struct host_setting *ret);

/*
 * Whether the settings that all containers of the bridge and the uplink share are as they must be.
 * Changes nothing. Returns 1 and the bridge, 0 or -errno.
 */
int host_is_settled(const struct host_wish *w, struct link *ret_via, struct error *e);

/* Whether the host forwards what comes in by the uplink. */
bool host_forwards(const char *uplink);

/* Whether the host answers solicitations on the uplink for what it has proxy entries for. */
bool host_answers(const char *uplink);

/*
 * Makes them so: accept_ra kept where the default route comes from RA, forwarding, proxying, a MAC
 * of the bridge's own, and the gateway address on it. Returns 0 or -errno; done holds what was
 * changed either way.
 */
int host_settle(const struct host_wish *w, struct host_effects *done, struct error *e);

/* Adds the /128 route and the permanent neighbour. Returns as host_settle. */
int host_lead(const struct host_wish *w, struct host_effects *done, struct error *e);

/*
 * Adds the proxy entry: from here on the address is reachable; and one on another bridge that has
 * the address on-link. Returns as host_settle.
 */
int host_open(const struct host_wish *w, struct host_effects *done, struct error *e);

/* Whether packets to the address take a /128 route by the interface. */
bool host_leads(struct nl_sock *nl, const struct in6_addr *address, int ifindex);

/*
 * What is missing of an address that is attached: "proxy entry", "route", "neighbour", or null if
 * nothing is. Entries of another's making serve as well. @uplink: null for a routed upstream
 */
const char *host_lacks(struct nl_sock *nl, const struct in6_addr *address, const char *uplink,
		       const char *via);

/* Takes back what was done, last first; what cannot be is told as a warning. */
void host_undo(const struct host_wish *w, const struct host_effects *done);

/*
 * Removes what carries the mark: the proxy entry first, then route and neighbour. Interfaces that
 * are gone took theirs with them.
 * @uplink, @via: ifindexes, 0 if gone
 * Returns 0 or -errno.
 */
int host_remove(struct nl_sock *nl, const struct in6_addr *address, int uplink, int via,
		struct error *e);

#endif
