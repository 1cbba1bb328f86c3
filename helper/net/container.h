/* The container's side of an attachment: its sysctls, its address, its default route. */
#ifndef V6HOOK_CONTAINER_H
#define V6HOOK_CONTAINER_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>

#include "base/error.h"
#include "net/netns.h"
#include "net/port.h"
#include "net/sysctl.h"

struct container_wish {
	struct nl_sock *nl; /* a socket in the container's namespace */
	const struct netns *netns;
	const struct port *port;
	struct in6_addr gateway;
	const unsigned char *gateway_mac; /* on the port's link; or null: it has none */
	struct in6_addr address;
	bool keeps_route; /* the address came from the engine: so does the default route, if any */
};

/* What one call changed, to be undone when a later step fails. */
struct container_effects {
	struct sysctl_changes sysctls;
	bool up, address, spare, neighbour, route;
};

#define GIVEN_MAX 16

/* Global addresses in a container. */
struct container_has {
	/* its port's, from elsewhere (Docker, the LXC configuration): permanent ones that did not
	 * fail duplicate detection */
	struct in6_addr found[GIVEN_MAX];
	int found_count;
	struct in6_addr ours[GIVEN_MAX]; /* with the mark, on its port or lo */
	int ours_count;
};

/* Looks what there is. Returns 0 or -errno. */
int container_look(struct nl_sock *nl, const struct port *port, struct container_has *ret,
		   struct error *e);

/*
 * Makes IPv6 work inside: accept_ra=0, accept_redirects=0, disable_ipv6=0 on the interface and lo,
 * interface up, the address usable at once, the default route; and, unless that is the engine's,
 * what keeps it working without the address on the interface. Returns 0 or -errno; done holds what
 * was changed either way.
 */
int container_configure(const struct container_wish *w, struct container_effects *done,
			struct error *e);

/* Takes back what was done, last first; the container may be gone meanwhile. */
void container_undo(const struct container_wish *w, const struct container_effects *done);

/* Removes the marked default route, neighbour and addresses. Returns 0 or -errno. */
int container_remove(struct nl_sock *nl, const struct in6_addr *gateway, int ifindex,
		     struct error *e);

#endif
