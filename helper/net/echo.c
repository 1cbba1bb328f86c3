/*
 * Whether somebody answers: echo requests in the name of one address, also of another's.
 *
 * The socket may have any source (IPV6_TRANSPARENT), and the kernel finds the way and the
 * neighbour as for any packet. ICMPv6 comes to a raw socket without its IPv6 header (RFC 3542, 3).
 */
#include "net/echo.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "net/seen.h"

#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT 75 /* include/uapi/linux/in6.h */
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* include/uapi/asm-generic/socket.h, Linux 5.0 */
#endif

const struct in6_addr echo_world = { .s6_addr = { 0x20, 0x01, 0x07, 0xfd, [15] = 1 } };

/* A solicitation as a raw socket sends it. */
struct solicitation {
	struct nd_neighbor_solicit question;
	unsigned char option[8];
};
_Static_assert(sizeof(struct solicitation) == 32, "no padding on the wire");

/* Opens a socket that asks, and hears answers alone. Returns 0 or -errno. */
static int open_socket(const struct echo *q, int *ret, struct error *e)
{
	const struct sockaddr_in6 source = {
		.sin6_family = AF_INET6,
		.sin6_addr = q->source,
		.sin6_scope_id = (uint32_t)q->ifindex,
	};
	const int yes = 1, far = 255;
	struct icmp6_filter answers;
	_close_ int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&answers);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &answers);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &answers);
	ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &answers);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &answers);
	if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &answers, sizeof(answers)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, &yes, sizeof(yes)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &q->hops, sizeof(q->hops)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &far, sizeof(far)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &q->ifindex, sizeof(q->ifindex)) < 0 ||
	    bind(fd, (const struct sockaddr *)&source, sizeof(source)) < 0)
		return error_sys(e, -errno, "cannot open a socket for ICMPv6");
	*ret = steal_fd(&fd);
	return 0;
}

/* Sends a message. Returns 0 or -errno. */
static int send_to(int fd, const struct echo *q, const struct in6_addr *to, const void *message,
		   size_t len)
{
	const struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_addr = *to,
		.sin6_scope_id = (uint32_t)q->ifindex,
	};

	return sendto(fd, message, len, 0, (const struct sockaddr *)&address, sizeof(address)) < 0
		       ? -errno
		       : 0;
}

/* Asks a neighbour by a solicitation, too. */
static int solicit(int fd, const struct echo *q)
{
	struct solicitation s = {
		.question.nd_ns_hdr.icmp6_type = ND_NEIGHBOR_SOLICIT,
		.question.nd_ns_target = q->to,
		.option = { ND_OPT_SOURCE_LINKADDR, 1 },
	};
	struct in6_addr group = { .s6_addr = { 0xff, 2, [11] = 1, [12] = 0xff } };

	memcpy(s.option + 2, q->mac, ETH_ALEN);
	memcpy(group.s6_addr + 13, q->to.s6_addr + 13, 3);
	return send_to(fd, q, &group, &s, sizeof(s));
}

/* Sends what asks. Returns 0 or -errno. */
static int ask_once(int fd, const struct echo *q, uint16_t id, uint16_t number)
{
	const struct icmp6_hdr request = {
		.icmp6_type = ICMP6_ECHO_REQUEST,
		.icmp6_id = id,
		.icmp6_seq = htons(number),
	};
	int r = send_to(fd, q, &q->to, &request, sizeof(request));

	return r == 0 && q->mac ? solicit(fd, q) : r;
}

/* Waits for an answer. Returns 1, 0 or -errno. */
static int listen_until(int fd, int64_t deadline, const struct seen_request *request,
			struct in6_addr *ret_from)
{
	unsigned char data[SEEN_ENOUGH];
	int64_t left;

	while ((left = deadline - clock_ms()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct sockaddr_in6 from = { 0 };
		socklen_t from_len = sizeof(from);
		ssize_t n;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recvfrom(fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &from_len);
		/* what comes back as an error of the socket's is no answer of somebody's */
		if (n < 0 && errno != EAGAIN && errno != EINTR && errno != EHOSTUNREACH)
			return -errno;
		if (n < 0 || !seen_answers(data, (size_t)n, request))
			continue;
		if (ret_from)
			*ret_from = from.sin6_addr;
		return 1;
	}
	return 0;
}

/* A number by which answers are known. */
static uint16_t some_id(void)
{
	uint16_t id = 0;

	/* not secret: without random bytes 0 will do */
	return getrandom(&id, sizeof(id), GRND_NONBLOCK) == sizeof(id) ? id : 0;
}

int echo_ask(const struct echo *q, struct in6_addr *ret_from, struct error *e)
{
	const struct seen_request request = { q->source, q->to, some_id() };
	_close_ int fd = -1;
	int r = open_socket(q, &fd, e);

	for (unsigned int i = 1; r == 0 && i <= q->times; i++) {
		r = ask_once(fd, q, request.id, (uint16_t)i);
		if (r == 0)
			r = listen_until(fd, clock_ms() + q->every_ms, &request, ret_from);
		if (r < 0)
			error_sys(e, r, "cannot send an echo request");
	}
	return r;
}

/* What is asked in another namespace. */
struct asking {
	const struct echo *echo;
	struct in6_addr *ret_from;
};

static int ask_here(void *arg, struct error *e)
{
	const struct asking *a = arg;

	return echo_ask(a->echo, a->ret_from, e);
}

int echo_ask_within(const struct netns *n, const struct echo *q, struct in6_addr *ret_from,
		    struct error *e)
{
	struct asking a = { q, ret_from };

	return netns_within(n, ask_here, &a, e);
}

int echo_send(const struct echo *q, struct error *e)
{
	_close_ int fd = -1;
	int r = open_socket(q, &fd, e);

	if (r < 0)
		return r;
	r = ask_once(fd, q, some_id(), 1);
	return r < 0 ? error_sys(e, r, "cannot send an echo request") : 0;
}
