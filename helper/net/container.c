/*
 * The container's side of an attachment: its sysctls, its address, its default route.
 *
 * Theory of operation: DHCP clients and network managers flush an interface of all its addresses,
 * ours and the link-local one, and leave its routes. Two things keep the container reached then.
 * The same address is on lo, too: a host takes what is sent to any of its addresses (ip6_input),
 * and of the same address on two interfaces it is the outgoing one's that is its source (RFC 6724,
 * rule 5). And the gateway is a permanent neighbour, as solicitations need an address of the
 * interface's (ndisc_send_ns); this also keeps others on the bridge from passing themselves off as
 * the gateway. Its MAC is the bridge's own for good (host.c); where an administrator changes that,
 * the host's neighbours are lost with it, and whoever repairs those comes by here.
 */
#include "base/clock.h"
#include "base/text.h"
#include "net/container.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <unistd.h>

#include "net/address.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/route.h"

#define DELIVERY_MOST_MS 1800 /* all of an attach ends within 2 s, whatever happens in there */

struct looking {
	const struct port *port;
	struct container_has has;
};

static int on_address(const struct address *a, void *arg)
{
	struct looking *l = arg;
	struct container_has *has = &l->has;

	if (IN6_IS_ADDR_LINKLOCAL(&a->address) ||
	    (a->ifindex != l->port->inner && !(a->ours && a->ifindex == LOOPBACK_IFINDEX)))
		return 0;
	if (a->ours && has->ours_count < GIVEN_MAX)
		has->ours[has->ours_count++] = a->address;
	if (!a->ours && (a->flags & IFA_F_PERMANENT) && !(a->flags & IFA_F_DADFAILED) &&
	    has->found_count < GIVEN_MAX)
		has->found[has->found_count++] = a->address;
	return 0;
}

int container_look(struct nl_sock *nl, const struct port *port, struct container_has *ret,
		   struct error *e)
{
	struct looking l = { .port = port };
	int r = address_each(nl, 0, on_address, &l);

	if (r < 0)
		return error_sys(e, r, "cannot list the container's addresses");
	*ret = l.has;
	return 0;
}

/* What is done to the container's sysctls; run inside its namespace. */
struct inner_sysctls {
	const char *name;
	struct link_conf port, lo; /* as they are; what is not 0 may be to be changed */
	struct sysctl_changes *changes;
	bool restore;
};

/* Its setting is made what it must be, unless it is that already: struct link_conf says why
 * not by its file. */
static int set(const struct inner_sysctls *s, const char *dev, const char *name, int now,
	       struct error *e)
{
	return now == 0 ? 0 : sysctl_set("conf", dev, name, 0, s->changes, e);
}

static int change_sysctls(void *arg, struct error *e)
{
	const struct inner_sysctls *s = arg;
	int r;

	if (s->restore) {
		sysctl_restore(s->changes);
		return 0;
	}
	/* accept_ra before the interface wakes up: no router of the bridge's may get in first */
	r = set(s, s->name, "accept_ra", s->port.accept_ra, e);
	/* the host names the neighbour whom it forwards to on the same bridge: TCP would leave its
	 * way */
	if (r == 0)
		r = set(s, s->name, "accept_redirects", s->port.accept_redirects, e);
	if (r == 0)
		r = set(s, s->name, "disable_ipv6", s->port.disable_ipv6, e);
	if (r == 0)
		r = set(s, "lo", "disable_ipv6", s->lo.disable_ipv6, e);
	return r;
}

/* Makes the sysctls right; those that the kernel does not tell are asked for by their files. */
static int settle(const struct container_wish *w, struct sysctl_changes *changes, struct error *e)
{
	struct link port = { .conf = { -1, -1, -1, -1 } }, lo = port;
	struct inner_sysctls s = { .name = w->port->inner_name, .changes = changes };

	link_by_index(w->nl, w->port->inner, &port);
	link_by_index(w->nl, LOOPBACK_IFINDEX, &lo);
	s.port = port.conf;
	s.lo = lo.conf;
	changes->quiet = true;
	if (!s.port.accept_ra && !s.port.accept_redirects && !s.port.disable_ipv6 &&
	    !s.lo.disable_ipv6)
		return 0;
	return netns_within(w->netns, change_sysctls, &s, e);
}

static int bring_up(const struct container_wish *w, bool *ret_changed, struct error *e)
{
	int r = w->port->up ? 0 : link_set_up(w->nl, w->port->inner, true);

	*ret_changed = r == 0 && !w->port->up;
	return r < 0 ? error_sys(e, r, "cannot bring the container's interface up") : 0;
}

/*
 * Waits until the kernel delivers to a new address. It puts the local route in place from a work
 * queue, also with IFA_F_NODAD (net/ipv6/addrconf.c: addrconf_dad_start): the first packet from
 * outside could come before. Returns 0, -ENODEV if the interface goes meanwhile, or -ETIMEDOUT.
 */
static int wait_for_delivery(const struct container_wish *w)
{
	const long long end = clock_ms() + DELIVERY_MOST_MS;
	struct route route;
	struct link link;

	for (unsigned int pause = 20; clock_ms() < end; pause = pause < 1000 ? 2 * pause : pause) {
		if (route_lookup(w->nl, &w->address, &route) == 0 && route.local)
			return 0;
		if (pause > 1000 && link_by_index(w->nl, w->port->inner, &link) == -ENODEV)
			return -ENODEV;
		usleep(pause);
	}
	return -ETIMEDOUT;
}

/*
 * Keeps the container reached while its interface has no address. A permanent neighbour of its own
 * making stays. Returns 0 or -errno.
 */
static int hold_on(const struct container_wish *w, struct container_effects *done, struct error *e)
{
	int r = address_add(w->nl, &w->address, 128, LOOPBACK_IFINDEX, &done->spare);

	if (r < 0)
		return error_sys(e, r, "cannot give the container's lo its address");
	r = w->gateway_mac ? neigh_add(w->nl, &w->gateway, w->port->inner, w->gateway_mac,
				       &done->neighbour)
			   : 0;
	return r < 0 && r != -EEXIST
		       ? error_sys(e, r, "cannot make the gateway the container's neighbour")
		       : 0;
}

int container_configure(const struct container_wish *w, struct container_effects *done,
			struct error *e)
{
	char gateway[INET6_ADDRSTRLEN];
	struct address own;
	int r = settle(w, &done->sysctls, e);

	if (r == 0)
		r = bring_up(w, &done->up, e);
	if (r < 0)
		return error_prefix(e, r, "in the container");
	r = address_add(w->nl, &w->address, 128, w->port->inner, &done->address);
	if (r < 0)
		return error_sys(e, r, "cannot give the container its address");
	if (w->keeps_route) {
		r = route_has_default(w->nl, w->port->inner);
		if (r < 0)
			return error_sys(e, r, "cannot list the container's routes");
		if (r > 0)
			return 0;
	}
	r = route_default(w->nl, &w->gateway, w->port->inner, true, &done->route);
	if (r == -EINVAL && address_get(w->nl, &w->gateway, w->port->inner, &own) == 1)
		return error_set(e, STATUS_FAILED, r,
				 "the container has its gateway's address, %s, itself: give it "
				 "another, or change \"gateway\" in the configuration",
				 text_address(&w->gateway, gateway));
	if (r < 0)
		return error_sys(e, r, "cannot give the container its default route");
	r = hold_on(w, done, e);
	if (r < 0)
		return r;
	r = done->address ? wait_for_delivery(w) : 0;
	if (r < 0)
		return error_sys(e, r, "the container's address does not come up");
	return 0;
}

void container_undo(const struct container_wish *w, const struct container_effects *done)
{
	struct inner_sysctls s = { .changes = (struct sysctl_changes *)&done->sysctls,
				   .restore = true };
	struct error ignored;
	bool changed;

	if (done->route)
		route_default(w->nl, &w->gateway, w->port->inner, false, &changed);
	if (done->neighbour)
		neigh_remove(w->nl, &w->gateway, w->port->inner);
	if (done->spare)
		address_remove(w->nl, &w->address, LOOPBACK_IFINDEX);
	if (done->address)
		address_remove(w->nl, &w->address, w->port->inner);
	if (done->up)
		link_set_up(w->nl, w->port->inner, false);
	if (done->sysctls.count)
		netns_within(w->netns, change_sysctls, &s, &ignored);
}

int container_remove(struct nl_sock *nl, const struct in6_addr *gateway, int ifindex,
		     struct error *e)
{
	bool changed;
	int r = route_default(nl, gateway, ifindex, false, &changed);

	if (r < 0)
		return error_sys(e, r, "cannot remove the container's default route");
	r = neigh_remove(nl, gateway, ifindex);
	if (r < 0)
		return error_sys(e, r, "cannot remove the container's neighbour");
	r = address_remove_marked(nl, ifindex, NULL);
	if (r < 0)
		return error_sys(e, r, "cannot remove the container's address");
	return 0;
}
