/*
 * Solicits addresses on a link, as the provider's router does: solicit DEV SECONDS, solicit DEV
 * each
 *
 * The addresses are read from stdin. For so many seconds they are all asked for, again and again,
 * as fast as answers come; prints how many answers came in a second, and in a second of processor
 * time, of this process: the kernel answers while it sends. With "each" they are asked for
 * one after the other, and for each is printed after how many microseconds it was answered, or
 * "lost" when it was not for a second.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

#define MOST 100000
#define AHEAD 32 /* solicitations without an answer yet; the kernel may keep so many */

static struct in6_addr addresses[MOST];
static size_t address_count;
static struct {
	struct nd_neighbor_solicit ns;
	struct nd_opt_hdr option;
	unsigned char mac[6];
} packet = { .ns.nd_ns_type = ND_NEIGHBOR_SOLICIT, .option = { ND_OPT_SOURCE_LINKADDR, 1 } };

/* Asks for an address, by its solicited-node multicast group (RFC 4861, 7.2.2; RFC 4291, 2.7.1). */
static void ask(int fd, unsigned int dev, const struct in6_addr *address)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_scope_id = dev,
				   .sin6_addr = { .s6_addr = { 0xff, 2, [11] = 1, 0xff } } };

	memcpy(&to.sin6_addr.s6_addr[13], &address->s6_addr[13], 3);
	packet.ns.nd_ns_target = *address;
	if (sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != ENOBUFS)
		perror("solicit");
}

/* How many answers come within the time; of the address only, if one is given. */
static size_t answers(int fd, const struct in6_addr *address, int64_t wait_us)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	struct timespec t = { .tv_sec = wait_us / 1000000, .tv_nsec = wait_us % 1000000 * 1000 };
	struct nd_neighbor_advert na;
	size_t n = 0;

	if (wait_us > 0)
		ppoll(&wait, 1, &t, NULL);
	while (recv(fd, &na, sizeof(na), MSG_DONTWAIT | MSG_TRUNC) >= (ssize_t)sizeof(na))
		n += !address || IN6_ARE_ADDR_EQUAL(&na.nd_na_target, address);
	return n;
}

static void flood(int fd, unsigned int dev, double seconds)
{
	int64_t start = now_us(), end = start + (int64_t)(seconds * 1000000);
	int64_t busy = time_us(CLOCK_PROCESS_CPUTIME_ID);
	size_t sent = 0, got = 0, lost = 0;

	while (now_us() < end) {
		ask(fd, dev, &addresses[sent++ % address_count]);
		got += answers(fd, NULL, 0);
		if (sent - got - lost < AHEAD)
			continue;
		got += answers(fd, NULL, 20000);
		if (sent - got - lost >= AHEAD)
			lost = sent - got; /* none for so long */
	}
	busy = time_us(CLOCK_PROCESS_CPUTIME_ID) - busy;
	printf("%lld %lld\n", (long long)((int64_t)got * 1000000 / (now_us() - start)),
	       (long long)((int64_t)got * 1000000 / (busy ? busy : 1)));
}

static void each(int fd, unsigned int dev)
{
	for (size_t i = 0; i < address_count; i++) {
		int64_t start = now_us(), left;

		ask(fd, dev, &addresses[i]);
		while ((left = start + 1000000 - now_us()) > 0 &&
		       answers(fd, &addresses[i], left) == 0)
			;
		if (left > 0)
			printf("%lld\n", (long long)(now_us() - start));
		else
			puts("lost");
	}
}

int main(int argc, char **argv)
{
	const int hops = 255; /* RFC 4861, 7.1.1 */
	int fd = icmp6_socket(ND_NEIGHBOR_ADVERT), room = 1 << 24;
	struct ifreq dev = { .ifr_ifindex = 0 };
	char line[128];

	if (argc != 3 || fd < 0) {
		fprintf(stderr, "solicit: needs root; DEV and SECONDS or \"each\"\n");
		return 2;
	}
	snprintf(dev.ifr_name, sizeof(dev.ifr_name), "%s", argv[1]);
	if (ioctl(fd, SIOCGIFHWADDR, &dev) < 0) {
		perror(argv[1]);
		return 1;
	}
	memcpy(packet.mac, dev.ifr_hwaddr.sa_data, sizeof(packet.mac));
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	while (address_count < MOST && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		address_count += inet_pton(AF_INET6, line, &addresses[address_count]) == 1;
	}
	if (address_count == 0) {
		fprintf(stderr, "solicit: no addresses\n");
		return 2;
	}
	if (strcmp(argv[2], "each") == 0)
		each(fd, if_nametoindex(argv[1]));
	else
		flood(fd, if_nametoindex(argv[1]), atof(argv[2]));
	return 0;
}
