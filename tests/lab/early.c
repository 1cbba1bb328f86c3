/*
 * The only program of an image of the tests: what it can do with the network in its first
 * millisecond. It binds its public address, connects out from it, and reports on one line:
 *
 *	early: US PREFIX ADDRESS bound connected
 *
 * US are the microseconds until all of it was done, or had failed; what failed is told by its
 *errno. early PREFIX PEER PORT [SECONDS] PREFIX: how the address begins, as /proc/net/if_inet6
 *writes it; PEER, PORT: where to connect to. Then it waits, so long or for ever.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Finds an address with that beginning. Returns 0 or errno. */
static int find(const char *prefix, struct in6_addr *ret)
{
	char text[8192], *line;
	int fd = open("/proc/net/if_inet6", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return errno;
	text[n] = '\0';
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (strncmp(line, prefix, strlen(prefix)) != 0)
			continue;
		for (int i = 0; i < 16; i++)
			sscanf(line + 2 * i, "%2hhx", &ret->s6_addr[i]);
		return 0;
	}
	return EADDRNOTAVAIL;
}

int main(int argc, char **argv)
{
	const long begun = now_us();
	long bound_us;
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 }, peer = own;
	char address[INET6_ADDRSTRLEN] = "::";
	int fd, found, bound, connected;

	if (argc < 4)
		return 2;
	found = find(argv[1], &own.sin6_addr);
	inet_ntop(AF_INET6, &own.sin6_addr, address, sizeof(address));
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
	bound = found ? found : bind(fd, (struct sockaddr *)&own, sizeof(own)) < 0 ? errno : 0;
	bound_us = now_us() - begun;
	inet_pton(AF_INET6, argv[2], &peer.sin6_addr);
	peer.sin6_port = htons((unsigned short)atoi(argv[3]));
	connected = connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0 ? errno : 0;
	if (connected == EINPROGRESS) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		socklen_t len = sizeof(connected);

		if (poll(&p, 1, 1000) <= 0)
			connected = ETIMEDOUT;
		else
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &connected, &len);
	}
	printf("early: %ld %ld %s %s %s\n", bound_us, now_us() - begun, address,
	       bound ? strerror(bound) : "bound", connected ? strerror(connected) : "connected");
	fflush(stdout);
	if (argc > 4)
		sleep((unsigned int)atoi(argv[4]));
	else
		pause();
	return 0;
}
