/*
 * The kernel's word that something of the host's network has changed (rtnetlink(7)).
 *
 * Theory of operation: a filter in the kernel keeps out what nobody here asks about, so that it
 * wakes nobody: neighbours without the mark, which change all the time; what bridges tell of their
 * ports' states (RTM_NEWLINK of family AF_BRIDGE), as a port that comes or goes is told as a link,
 * too; and what routing daemons do with networks. Proxy entries are never told of.
 */
#include "net/changes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "net/mark.h"
#include "wire/nl.h"

#define ROOM (512 * 1024) /* bytes of what has been told and not been read */
#define HEADER_AT(type, member) (NLMSG_HDRLEN + offsetof(type, member))

static int keep_out(int fd)
{
	struct sock_filter code[] = {
		/* loads are in network order, messages in this machine's */
		/* 0 */ BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		/* 1 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWLINK), 0, 2),
		/* 2 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HEADER_AT(struct ifinfomsg, ifi_family)),
		/* 3 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_BRIDGE, 19, 18),
		/* 4 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEIGH), 1, 0),
		/* 5 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEIGH), 0, 7),
		/* 6: a neighbour: by its attribute NDA_PROTOCOL */
		/* 6 */ BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, NDA_PROTOCOL),
		/* 7 */ BPF_STMT(BPF_LD | BPF_W | BPF_IMM, NLMSG_HDRLEN + sizeof(struct ndmsg)),
		/* 8 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		/* 9 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 13, 0),
		/* 10 */ BPF_STMT(BPF_MISC | BPF_TAX, 0),
		/* 11 */ BPF_STMT(BPF_LD | BPF_B | BPF_IND, NLA_HDRLEN),
		/* 12 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V6HOOK_PROTOCOL, 9, 10),
		/* 13 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		/* 14 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 7),
		/* 15: a route: a host's, a default one, or not a routing daemon's */
		/* 15 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HEADER_AT(struct rtmsg, rtm_dst_len)),
		/* 16 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 128, 5, 0),
		/* 17 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 4, 0),
		/* 18 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HEADER_AT(struct rtmsg, rtm_protocol)),
		/* 19 */ BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, RTPROT_RA, 0, 2),
		/* 20 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, V6HOOK_PROTOCOL, 1, 0),
		/* 21 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_DHCP, 0, 1),
		/* 22 */ BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		/* 23 */ BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

int changes_open(void)
{
	static const int groups[] = { RTNLGRP_LINK,	    RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_IPV6_NETCONF, RTNLGRP_IPV6_RULE,	 RTNLGRP_NEIGH };
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	const int room = ROOM;

	if (fd < 0 || keep_out(fd) < 0 || bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
			       sizeof(groups[i])) < 0)
			return -errno;
	return steal_fd(&fd);
}

/* The attribute's address, or ::. */
static struct in6_addr address_of(const struct nlmsghdr *h, size_t header, int type)
{
	const struct nlattr *attr = nlmsg_find_attr((struct nlmsghdr *)h, (int)header, type);
	struct in6_addr address = IN6ADDR_ANY_INIT;

	if (attr && nla_len(attr) == sizeof(address))
		memcpy(&address, nla_data(attr), sizeof(address));
	return address;
}

/* The attribute's number, or -1. */
static int number_of(const struct nlmsghdr *h, size_t header, int type)
{
	const struct nlattr *attr = nlmsg_find_attr((struct nlmsghdr *)h, (int)header, type);

	return attr && nla_len(attr) == sizeof(int) ? nla_get_s32(attr) : -1;
}

/* Reads one message. Returns whether it is of any interest. */
static bool understand(const struct nlmsghdr *h, struct change *ret)
{
	const struct rtmsg *route = nlmsg_data(h);
	struct change c = { .what = CHANGE_ALL };

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		c.what = CHANGE_LINK;
		c.gone = h->nlmsg_type == RTM_DELLINK;
		if (!nlmsg_valid_hdr(h, sizeof(struct ifinfomsg)) ||
		    ((const struct ifinfomsg *)nlmsg_data(h))->ifi_family == AF_BRIDGE ||
		    link_read(h, &c.link) < 0)
			return false;
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		c.what = CHANGE_ADDRESS;
		if (!nlmsg_valid_hdr(h, sizeof(struct ifaddrmsg)))
			return false;
		c.link.ifindex = (int)((const struct ifaddrmsg *)nlmsg_data(h))->ifa_index;
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		c.what = CHANGE_ROUTE;
		/* of one's own addresses the addresses tell */
		if (!nlmsg_valid_hdr(h, sizeof(*route)) || route->rtm_family != AF_INET6 ||
		    route->rtm_table == RT_TABLE_LOCAL)
			return false;
		c.address = address_of(h, sizeof(*route), RTA_DST);
		if (IN6_IS_ADDR_LINKLOCAL(&c.address) || IN6_IS_ADDR_MULTICAST(&c.address))
			return false;
		c.length = route->rtm_dst_len;
		c.ours = route->rtm_protocol == V6HOOK_PROTOCOL;
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		c.what = CHANGE_NEIGHBOUR;
		c.address = address_of(h, sizeof(struct ndmsg), NDA_DST);
		break;
	case RTM_NEWRULE:
	case RTM_DELRULE:
		c.what = CHANGE_RULE;
		break;
	case RTM_NEWNETCONF:
		c.what = CHANGE_SETTING;
		c.link.ifindex = number_of(h, sizeof(struct netconfmsg), NETCONFA_IFINDEX);
		break;
	default:
		return false;
	}
	*ret = c;
	return true;
}

void changes_take(int fd, void (*each)(const struct change *c, void *arg), void *arg)
{
	static char message[16384] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct sockaddr_nl from;
	socklen_t len = sizeof(from);
	struct change change = { .what = CHANGE_ALL };
	ssize_t n;

	for (int i = 0; i < 4096; i++) {
		n = recvfrom(fd, message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &len);
		if (n < 0 && errno == ENOBUFS) {
			change = (struct change){ .what = CHANGE_ALL };
			each(&change, arg);
			continue;
		}
		if (n < 0)
			return;
		/* the kernel's alone: anybody can send to a port */
		if (from.nl_pid != 0 || n > (ssize_t)sizeof(message))
			continue;
		for (struct nlmsghdr *h = (struct nlmsghdr *)message; nlmsg_ok(h, (int)n);) {
			int left = (int)n;

			if (understand(h, &change))
				each(&change, arg);
			h = nlmsg_next(h, &left);
			n = left;
		}
	}
}
