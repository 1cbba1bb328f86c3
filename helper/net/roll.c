/* Who is on the link: an echo request to all nodes, and who answers it. */
#include "net/roll.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define ID 0x7636 /* "v6" */

/* Opens a socket that gets the answers to that address. Returns 0 or -errno. */
static int open_socket(int ifindex, const struct in6_addr *own, int *ret)
{
	const struct sockaddr_in6 from = {
		.sin6_family = AF_INET6,
		.sin6_addr = *own,
	};
	const int hops = 1, none = 0;
	struct icmp6_filter filter;
	_close_ int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	if (fd < 0 || setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &none, sizeof(none)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)) < 0 ||
	    bind(fd, (const struct sockaddr *)&from, sizeof(from)) < 0)
		return -errno;
	*ret = steal_fd(&fd);
	return 0;
}

/* Sends the request. Returns 0 or -errno. */
static int ask(int fd, int ifindex)
{
	const struct sockaddr_in6 all_nodes = {
		.sin6_family = AF_INET6,
		.sin6_addr = { .s6_addr = { 0xff, 2, [15] = 1 } },
		.sin6_scope_id = (uint32_t)ifindex,
	};
	const struct icmp6_hdr request = { .icmp6_type = ICMP6_ECHO_REQUEST,
					   .icmp6_id = htons(ID) };

	return sendto(fd, &request, sizeof(request), 0, (const struct sockaddr *)&all_nodes,
		      sizeof(all_nodes)) < 0
		       ? -errno
		       : 0;
}

int roll_call(int ifindex, const struct in6_addr *own, unsigned int wait_ms,
	      void (*each)(const struct in6_addr *who, void *arg), void *arg, struct error *e)
{
	int64_t deadline = clock_ms() + wait_ms, left;
	_close_ int fd = -1;
	int r = open_socket(ifindex, own, &fd);

	if (r == 0)
		r = ask(fd, ifindex);
	if (r < 0)
		return error_sys(e, r, "cannot ask who is on the uplink");
	while ((left = deadline - clock_ms()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct sockaddr_in6 from = { 0 };
		socklen_t len = sizeof(from);
		struct icmp6_hdr reply;

		if (poll(&p, 1, (int)left) > 0 &&
		    recvfrom(fd, &reply, sizeof(reply), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &len) == sizeof(reply) &&
		    reply.icmp6_id == htons(ID))
			each(&from.sin6_addr, arg);
	}
	return 0;
}
