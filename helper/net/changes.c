/*
 * The kernel's word that links, addresses or routes have changed (rtnetlink(7)).
 *
 * Not about neighbours: they change all the time, and ours with their links. Nor what bridges tell
 * of their ports' states (RTM_NEWLINK of family AF_BRIDGE): a port that comes or goes is told as a
 * link, too. A filter keeps that out, so that it wakes nobody.
 */
#include "watch/changes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int changes_open(void)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE,
	};
	struct sock_filter code[] = {
		/* loads are in network order, messages in this machine's */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWLINK), 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_family)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_BRIDGE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog filter = { ARRAY_SIZE(code), code };
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0 ||
	    bind(fd, (const struct sockaddr *)&groups, sizeof(groups)) < 0)
		return -errno;
	return steal_fd(&fd);
}

void changes_drain(int fd)
{
	char ignored[8192];

	/* ENOBUFS means that more happened than could be told: that is a change all the same */
	while (recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT) > 0)
		;
}
