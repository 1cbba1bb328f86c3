/*
 * A container's own network, seen from outside: that something may be lost in it, and what is.
 *
 * Theory of operation: a socket of ours in the container's namespace, one for each, and not one of
 * the host's that hears of all (NETLINK_LISTEN_ALL_NSID): there, a container that floods fills the
 * room that the others' news need. Here it fills its own, which is small, as one message says as
 * much as a thousand. A filter lets only that through which may be a loss. accept_ra has no news of
 * its own; that a router was learnt tells that it is on.
 */
#include "net/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/address.h"
#include "net/link.h"
#include "net/route.h"
#include "net/sysctl.h"
#include "wire/nl.h"

#define ROOM 4096     /* bytes; the kernel takes twice that, and one message in any case */
#define DRAIN_MOST 64 /* messages; more than there is room for: they come as fast as we read */
#define OFFSET(type, member) (NLMSG_HDRLEN + (unsigned int)offsetof(struct type, member))

/* netns_within: opens the socket; it stays in the namespace in which it was made. */
static int open_here(void *arg, struct error *e)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK }, groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE,
	};
	struct sock_filter code[] = {
		/* loads are in network order, messages in this machine's */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELADDR), 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OFFSET(ifaddrmsg, ifa_scope)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RT_SCOPE_UNIVERSE, 9, 10),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWLINK), 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET(ifinfomsg, ifi_change)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htonl(IFF_UP), 6, 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OFFSET(rtmsg, rtm_protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_RA, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, OFFSET(rtmsg, rtm_dst_len)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };
	const int room = ROOM;
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) < 0 ||
	    bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0 ||
	    connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return error_sys(e, -errno, "cannot listen in the container's network");
	*(int *)arg = steal_fd(&fd);
	return 0;
}

int inside_listen(const struct netns *n, int *ret_fd, struct error *e)
{
	return netns_within(n, open_here, ret_fd, e);
}

void inside_drain(int fd)
{
	char ignored;

	for (int i = 0; i < DRAIN_MOST; i++)
		/* ENOBUFS: there was more than the room holds, which is nothing new */
		if (recv(fd, &ignored, sizeof(ignored), MSG_DONTWAIT) < 0 && errno != ENOBUFS)
			return;
}

struct looking {
	const struct inside_wish *w;
	struct link link; /* ifindex 0: not found */
	const char *lacks;
};

static int on_veth(const struct link *link, void *arg)
{
	struct looking *l = arg;

	if (link->has_mac && memcmp(link->mac, l->w->mac, sizeof(link->mac)) == 0)
		l->link = *link;
	return 0;
}

/* Whether a sysctl is not 0, or cannot be read. */
static bool is_set(const char *dev, const char *name)
{
	struct error ignored;
	int value;

	return sysctl_get("conf", dev, name, &value, &ignored) < 0 || value != 0;
}

/*
 * Whether the default route is lost: ours, where the address is ours; else it is the engine's
 * affair which it is. Returns 1, 0 or -errno.
 */
static int lacks_route(struct nl_sock *nl, const struct looking *l, bool ours)
{
	struct route route;
	int r;

	if (ours) {
		r = route_is_default(nl, &l->w->gateway, l->link.ifindex);
		return r < 0 ? r : !r;
	}
	r = route_lookup(nl, &(struct in6_addr){ .s6_addr = { 0x20 } }, &route);
	return r == -ENETUNREACH ? 1 : r < 0 ? r : 0;
}

/* Looks at everything; netns_within, through look. Returns 0 or -errno. */
static int look_with(struct nl_sock *nl, struct looking *l)
{
	struct address address, spare;
	int r = link_each_veth(nl, on_veth, l);

	if (r < 0 || !l->link.ifindex || !l->link.up)
		return r;
	if (is_set(l->link.name, "disable_ipv6") || is_set("lo", "disable_ipv6") ||
	    is_set(l->link.name, "accept_ra") || is_set(l->link.name, "accept_redirects")) {
		l->lacks = "settings";
		return 0;
	}
	r = address_get(nl, &l->w->address, l->link.ifindex, &address);
	if (r == 1 && address.ours)
		r = address_get(nl, &l->w->address, LOOPBACK_IFINDEX, &spare);
	if (r == 0)
		l->lacks = "address";
	if (r < 1)
		return r;
	r = lacks_route(nl, l, address.ours);
	if (r == 1)
		l->lacks = "route";
	return r < 0 ? r : 0;
}

static int look(void *arg, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = nl_open(&nl, e);

	if (r < 0)
		return r;
	r = look_with(nl, arg);
	return r < 0 ? error_sys(e, r, "cannot look into the container's network") : 0;
}

int inside_lacks(int fd, const struct inside_wish *w, const char **ret, struct error *e)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct looking l = { .w = w };
	int r;

	netns.fd = ioctl(fd, SIOCGSKNS);
	if (netns.fd < 0)
		return error_sys(e, -errno, "cannot look into the container's network");
	fcntl(netns.fd, F_SETFD, FD_CLOEXEC);
	r = netns_within(&netns, look, &l, e);
	if (r == 0)
		*ret = l.lacks;
	return r;
}
