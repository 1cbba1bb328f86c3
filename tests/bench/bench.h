/* What the benchmark's programs share: clocks, sorted times, and a socket that hears one type of
 * ICMPv6 message.
 */
#ifndef V6HOOK_BENCH_H
#define V6HOOK_BENCH_H

#include <netinet/icmp6.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static inline int64_t time_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline int64_t now_us(void)
{
	return time_us(CLOCK_MONOTONIC);
}

static inline int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static inline void sort_us(int64_t *list, size_t count)
{
	qsort(list, count, sizeof(*list), by_size);
}

/* Returns its descriptor, or -1. */
static inline int icmp6_socket(int type)
{
	int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(type, &filter);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
	return fd;
}

#endif
