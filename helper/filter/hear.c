/*
 * The kernel's word that something of nf_tables has changed: in our tables, or in those of others.
 *
 * Theory of operation: each change of a table, a chain, a rule, a set or an element is told with
 * the table's name as the first attribute (net/netfilter/nf_tables_api.c: nf_tables_*_notify). A
 * filter in the kernel would have to know where names are; other tables change seldom enough.
 */
#include "filter/hear.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "filter/guard_table.h"
#include "wire/nl.h"

#define ROOM (256 * 1024) /* bytes of what has been told and not been read */
#define READS_MOST 4096

int hear_open(void)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	const int room = ROOM, group = NFNLGRP_NFTABLES;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return steal_fd(&fd);
}

/* What a message tells of: bits. */
static unsigned int heard(struct nlmsghdr *h)
{
	const struct nfgenmsg *msg = nlmsg_data(h);
	struct nlattr *name;

	if (h->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES || !nlmsg_valid_hdr(h, sizeof(*msg)) ||
	    (h->nlmsg_type & 0xff) == NFT_MSG_NEWGEN)
		return 0;
	name = nlmsg_find_attr(h, sizeof(*msg), NFTA_TABLE_NAME);
	if (name && nla_strcmp(name, guard_table.name) == 0)
		return HEARD_OURS;
	if (msg->nfgen_family != NFPROTO_IPV6 && msg->nfgen_family != NFPROTO_INET)
		return 0;
	switch (h->nlmsg_type & 0xff) {
	case NFT_MSG_NEWCHAIN:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_NEWRULE:
	case NFT_MSG_DELRULE:
		return HEARD_OTHERS;
	default:
		return 0;
	}
}

unsigned int hear_take(int fd)
{
	static char message[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	const unsigned int all = HEARD_OURS | HEARD_OTHERS;
	unsigned int what = 0;

	for (int i = 0; i < READS_MOST; i++) {
		struct sockaddr_nl from = { .nl_pid = UINT32_MAX };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(fd, message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC,
				     (struct sockaddr *)&from, &size);
		int left = (int)n;

		if (n < 0 && errno == ENOBUFS) {
			what = all;
			continue;
		}
		if (n < 0)
			break;
		/* the kernel's alone: anybody can send to a port */
		if (from.nl_pid != 0)
			continue;
		what |= n > (ssize_t)sizeof(message) ? all : 0;
		for (struct nlmsghdr *h = (struct nlmsghdr *)message;
		     n <= (ssize_t)sizeof(message) && nlmsg_ok(h, left); h = nlmsg_next(h, &left))
			what |= heard(h);
	}
	return what;
}
