/*
 * Pings an address as fast as answers come: trip ADDRESS COUNT
 *
 * Prints the median of how long an echo took there and back, and the processor time that each took
 * of this process, both in nanoseconds: the kernel takes a ping all the way while it is sent, where
 * no other machine is between. Fails if one is not answered in a second.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static int64_t time_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct icmp6_hdr ping = { .icmp6_type = ICMP6_ECHO_REQUEST }, got;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	const struct timeval most = { .tv_sec = 1 };
	int fd = icmp6_socket(ICMP6_ECHO_REPLY);
	int count = argc == 3 ? atoi(argv[2]) : 0;
	int64_t *took = calloc((size_t)count, sizeof(*took)), busy;

	if (count < 1 || inet_pton(AF_INET6, argv[1], &to.sin6_addr) != 1 || fd < 0 || !took ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		fprintf(stderr, "trip: needs root, an IPv6 address and a number\n");
		return 2;
	}
	ping.icmp6_id = (uint16_t)getpid();
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most));
	busy = time_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < count; i++) {
		int64_t start = time_ns(CLOCK_MONOTONIC);

		ping.icmp6_seq = (uint16_t)i;
		send(fd, &ping, sizeof(ping), 0);
		do {
			if (recv(fd, &got, sizeof(got), MSG_TRUNC) < (ssize_t)sizeof(got)) {
				fprintf(stderr, "trip: no answer from %s\n", argv[1]);
				return 1;
			}
		} while (got.icmp6_id != ping.icmp6_id || got.icmp6_seq != ping.icmp6_seq);
		took[i] = time_ns(CLOCK_MONOTONIC) - start;
	}
	busy = time_ns(CLOCK_PROCESS_CPUTIME_ID) - busy;
	qsort(took, (size_t)count, sizeof(*took), order);
	printf("%lld %lld\n", (long long)took[count / 2], (long long)(busy / count));
	return 0;
}
