/*
 * A witness on an interface: what passes there about some addresses, in and out.
 *
 * Theory of operation: a packet socket for all protocols, as one for IPv6 alone does not see what
 * this host sends. The kernel throws away what is not about the addresses (by the last 32 bits of
 * the destination, or of the target of Neighbour Discovery), so that a busy uplink costs nothing;
 * what is left is read by net/seen.c, as anybody may have sent it.
 */
#include "net/witness.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define ICMP sizeof(struct ip6_hdr)
#define LAST_OF_TARGET (ICMP + sizeof(struct icmp6_hdr) + 12)
#define LAST_OF_DESTINATION (offsetof(struct ip6_hdr, ip6_dst) + 12)

/* Has the kernel hand on what is about the addresses, and no more of it than is read. */
static int filter(int fd, const struct in6_addr *addresses, size_t count)
{
	enum { HEAD = 12 };
	struct sock_filter code[HEAD + WITNESS_MOST + 2] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, (uint8_t)(HEAD - 2 + count)),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, (uint8_t)(HEAD - 4 + count)),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct ip6_hdr, ip6_nxt)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ICMP),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LAST_OF_TARGET),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, LAST_OF_DESTINATION),
	};
	const struct sock_fprog program = { (unsigned short)(HEAD + count + 2), code };

	for (size_t i = 0; i < count; i++) {
		uint32_t last;

		memcpy(&last, addresses[i].s6_addr + 12, sizeof(last));
		code[HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							      ntohl(last), (uint8_t)(count - i), 0);
	}
	code[HEAD + count] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	code[HEAD + count + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SEEN_ENOUGH);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Joins the groups to which solicitations for the addresses are sent. Returns 0 or -errno. */
static int join(int fd, int ifindex, const struct in6_addr *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ipv6_mreq group = {
			.ipv6mr_multiaddr = { .s6_addr = { 0xff, 2, [11] = 1, [12] = 0xff } },
			.ipv6mr_interface = (unsigned int)ifindex,
		};

		memcpy(group.ipv6mr_multiaddr.s6_addr + 13, addresses[i].s6_addr + 13, 3);
		/* two of them may have the same group */
		if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof(group)) < 0 &&
		    errno != EADDRINUSE)
			return -errno;
	}
	return 0;
}

int witness_begin(int ifindex, const struct in6_addr *addresses, size_t count, struct witness *ret,
		  struct error *e)
{
	const struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	/* protocol 0: nothing arrives before the filter is there */
	_close_ int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	_close_ int groups = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return error_sys(e, -errno, "cannot open a packet socket (CAP_NET_RAW)");
	r = groups < 0 ? -errno : join(groups, ifindex, addresses, count);
	if (r < 0)
		return error_sys(e, r, "cannot join the groups of solicitations on the uplink");
	if (filter(fd, addresses, count) < 0 ||
	    bind(fd, (const struct sockaddr *)&link, sizeof(link)) < 0)
		return error_sys(e, -errno, "cannot listen on the uplink");
	*ret = (struct witness){ steal_fd(&fd), steal_fd(&groups) };
	return 0;
}

int witness_next(const struct witness *w, int64_t deadline, struct witnessed *ret, struct error *e)
{
	unsigned char data[SEEN_ENOUGH];
	int64_t left;

	while ((left = deadline - clock_ms()) > 0) {
		struct pollfd p = { .fd = w->fd, .events = POLLIN };
		struct sockaddr_ll from = { 0 };
		socklen_t from_len = sizeof(from);
		struct witnessed one = { 0 };
		ssize_t n;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recvfrom(w->fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &from_len);
		/* ENETDOWN is told once: it may come up again */
		if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
			return error_sys(e, -errno, "cannot listen on the uplink");
		if (n < 0 || seen_read(data, (size_t)n, &one.seen) == SEEN_NOTHING)
			continue;
		one.ours = from.sll_pkttype == PACKET_OUTGOING;
		if (from.sll_halen == ETH_ALEN)
			memcpy(one.mac, from.sll_addr, ETH_ALEN);
		one.at = clock_ms();
		*ret = one;
		return 1;
	}
	return 0;
}
