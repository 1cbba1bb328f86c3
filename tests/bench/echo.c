/*
 * Pings an address every millisecond until it answers: echo ADDRESS SECONDS
 *
 * Prints when the first answer came, in microseconds on CLOCK_MONOTONIC and on CLOCK_REALTIME, or
 * fails when the time is over.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

/* Whether what waits on the socket is an answer to one of our pings. */
static int answered(int fd, uint16_t id)
{
	struct icmp6_hdr got;

	while (recv(fd, &got, sizeof(got), MSG_DONTWAIT | MSG_TRUNC) >= (ssize_t)sizeof(got))
		if (got.icmp6_type == ICMP6_ECHO_REPLY && got.icmp6_id == id)
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	const uint16_t id = (uint16_t)getpid();
	int fd = icmp6_socket(ICMP6_ECHO_REPLY);
	struct icmp6_hdr ping = { .icmp6_type = ICMP6_ECHO_REQUEST };
	int64_t next = now_us(), end;

	if (argc != 3 || inet_pton(AF_INET6, argv[1], &to.sin6_addr) != 1 || fd < 0) {
		fprintf(stderr, "echo: needs root, an IPv6 address and a number of seconds\n");
		return 2;
	}
	ping.icmp6_id = id;
	for (end = next + atoi(argv[2]) * (int64_t)1000000; next < end; next += 1000) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int64_t left;

		ping.icmp6_seq = (uint16_t)(ping.icmp6_seq + 1);
		/* the answer to the last one may be an error that is reported here: no matter */
		sendto(fd, &ping, sizeof(ping), 0, (struct sockaddr *)&to, sizeof(to));
		while ((left = next + 1000 - now_us()) > 0) {
			struct timespec t = { .tv_nsec = left * 1000 };

			if (ppoll(&wait, 1, &t, NULL) > 0 && answered(fd, id)) {
				printf("%lld %lld\n", (long long)now_us(),
				       (long long)time_us(CLOCK_REALTIME));
				return 0;
			}
		}
		if (left < -100000) /* we were kept from running: no burst to make up for it */
			next = now_us();
	}
	fprintf(stderr, "echo: no answer from %s in %s s\n", argv[1], argv[2]);
	return 1;
}
