/*
 * In the kernel's place: says to netlink's readers what the fuzzer made up.
 *
 * The sockets are real; what libnl, and lxc_socket.c, send on them and receive from them goes
 * through the functions below. The input is messages: a byte of FLAG_*, a byte that chooses the
 * type, two bytes for the length of what follows, and that. They are received in this order,
 * whatever is asked. For the one file of a program that includes it.
 */
#ifndef V6HOOK_FUZZ_KERNEL_H
#define V6HOOK_FUZZ_KERNEL_H

#include "fuzz.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include "wire/nl.h"

enum {
	FLAG_MULTI = 1 << 0,	 /* one of many */
	FLAG_GOES_ON = 1 << 1,	 /* the next message comes in the same read */
	FLAG_OTHER_SEQ = 1 << 2, /* it answers something else */
	FLAG_STRANGER = 1 << 3,	 /* it is not from the kernel */
	FLAG_CHANGED = 1 << 4,	 /* the dump is inconsistent */
	FLAG_LENGTH = 1 << 5,	 /* its header says one byte less than it has */
	FLAG_OURS = 1 << 6,	 /* of a list of sockets: one that is open here */
	FLAG_FAILS = 1 << 7,	 /* instead, the read fails: with the number of its type */
};

#define NFT(message) (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_##message)

static const uint16_t types[] = {
	RTM_NEWLINK,   RTM_NEWADDR,    RTM_NEWROUTE,	    RTM_NEWNEIGH,  RTM_NEWNSID,
	NLMSG_DONE,    NLMSG_ERROR,    SOCK_DIAG_BY_FAMILY, NLMSG_NOOP,	   RTM_DELLINK,
	NLMSG_OVERRUN, RTM_NEWNETCONF, NFT(NEWGEN),	    NFT(NEWTABLE), NFT(NEWSET),
	NFT(NEWCHAIN), NFT(NEWRULE),   NFT(NEWSETELEM),
};

static const uint8_t *next;
static size_t left;
static uint32_t seq;	      /* of the last request */
static uint32_t socket_inode; /* of a socket that this process has */

/* Takes a message out of the input into `into`, and its type and flags. Returns its length, or -1.
 */
static ssize_t take(uint8_t *into, size_t room, uint8_t *ret_flags)
{
	struct nlmsghdr *h = (struct nlmsghdr *)into;
	size_t len, body;

	if (left < 4 || room < NLMSG_LENGTH(sizeof(struct nlmsgerr)))
		return -1;
	*ret_flags = next[0];
	body = next[2] | (size_t)next[3] << 8;
	if (body > left - 4)
		body = left - 4;
	if (NLMSG_SPACE(body) > room)
		return -1;
	memset(into, 0, NLMSG_SPACE(body));
	h->nlmsg_type = types[next[1] % (sizeof(types) / sizeof(*types))];
	h->nlmsg_flags = (uint16_t)((*ret_flags & FLAG_MULTI ? NLM_F_MULTI : 0) |
				    (*ret_flags & FLAG_CHANGED ? NLM_F_DUMP_INTR : 0));
	h->nlmsg_seq = seq + !!(*ret_flags & FLAG_OTHER_SEQ);
	memcpy(NLMSG_DATA(h), next + 4, body);
	if (h->nlmsg_type == NLMSG_ERROR && body >= sizeof(struct nlmsgerr))
		((struct nlmsgerr *)NLMSG_DATA(h))->msg.nlmsg_seq = h->nlmsg_seq;
	if (*ret_flags & FLAG_OURS && body >= sizeof(struct unix_diag_msg))
		((struct unix_diag_msg *)NLMSG_DATA(h))->udiag_ino = socket_inode;
	next += 4 + body;
	left -= 4 + body;
	len = NLMSG_LENGTH(body);
	h->nlmsg_len = (uint32_t)(len - !!(*ret_flags & FLAG_LENGTH));
	return (ssize_t)NLMSG_ALIGN(len);
}

/* One read from a netlink socket. */
static ssize_t receive(uint8_t *into, size_t room, struct sockaddr_nl *from)
{
	static const int errors[] = { EAGAIN, EINTR, ENOBUFS, ENOMEM };
	uint8_t flags = FLAG_GOES_ON;
	ssize_t total = 0, n;

	memset(from, 0, sizeof(*from));
	from->nl_family = AF_NETLINK;
	if (left >= 4 && next[0] & FLAG_FAILS) {
		errno = errors[next[1] % (sizeof(errors) / sizeof(*errors))];
		next += 4;
		left -= 4;
		return -1;
	}
	while (flags & FLAG_GOES_ON) {
		n = take(into + total, room - (size_t)total, &flags);
		if (n < 0)
			break;
		total += n;
		if (flags & FLAG_STRANGER)
			from->nl_pid = 4711;
	}
	if (total > 0)
		return total;
	errno = EAGAIN;
	return -1;
}

/* In place of the C library's. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	(void)fd, (void)flags;
	seq = ((const struct nlmsghdr *)m->msg_iov[0].iov_base)->nlmsg_seq;
	return (ssize_t)m->msg_iov[0].iov_len;
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	(void)fd, (void)flags;
	m->msg_namelen = sizeof(struct sockaddr_nl);
	m->msg_flags = 0;
	m->msg_controllen = 0;
	return receive(m->msg_iov[0].iov_base, m->msg_iov[0].iov_len, m->msg_name);
}

ssize_t send(int fd, const void *data, size_t len, int flags)
{
	(void)fd, (void)flags;
	seq = ((const struct nlmsghdr *)data)->nlmsg_seq;
	return (ssize_t)len;
}

ssize_t recvfrom(int fd, void *into, size_t room, int flags, struct sockaddr *restrict from,
		 socklen_t *restrict from_len)
{
	must(*from_len >= sizeof(struct sockaddr_nl));
	(void)fd, (void)flags;
	*from_len = sizeof(struct sockaddr_nl);
	return receive(into, room, (struct sockaddr_nl *)from);
}

/* And in place of libnl's, which read as many bytes as they need, whatever the attribute has. */
uint8_t nla_get_u8(const struct nlattr *a)
{
	must(nla_len(a) >= 1);
	return *(const uint8_t *)nla_data(a);
}

uint32_t nla_get_u32(const struct nlattr *a)
{
	uint32_t value;

	must(nla_len(a) >= (int)sizeof(value));
	memcpy(&value, nla_data(a), sizeof(value));
	return value;
}

int32_t nla_get_s32(const struct nlattr *a)
{
	return (int32_t)nla_get_u32(a);
}

char *nla_get_string(const struct nlattr *a)
{
	must(nla_len(a) > 0 && memchr(nla_data(a), '\0', (size_t)nla_len(a)));
	return nla_data(a);
}

#endif
