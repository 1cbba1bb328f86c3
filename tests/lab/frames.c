/*
 * What the tests of the guard attack with: sends raw frames, with CAP_NET_RAW alone, from the
 * network namespace that it is started in.
 *
 *	frames DEV KIND [KEY=VALUE]... [WRAP]...
 *
 * The kinds are in a table of frames_kinds.c, the keys in one here, the wraps in frames_wire.c.
 * With until=ADDRESS it waits for an answer to what it sends last: a neighbour solicitation, or an
 * echo request where the address is no link-local one. So nothing is judged before it could have
 * arrived, as all of it goes through the queues of one CPU.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frames.h"

#define WAIT_MS 500 /* before the question of until= is asked again */
#define TRIES 10    /* of that */

struct keys k;

static int fd, ifindex;

void die(const char *what)
{
	fprintf(stderr, "frames: %s: %s\n", what, errno ? strerror(errno) : "wrong use");
	exit(2);
}

/* ---- until= */

/* Whether a frame is what was asked for: an advertisement of until=, or its echo reply. */
static bool answers(const uint8_t *p, ssize_t len, bool solicits)
{
	static const uint8_t id[4] = { 0x76, 0x36, 0, 1 };

	if (len < 62 || p[12] != 0x86 || p[13] != 0xdd || p[20] != IPPROTO_ICMPV6)
		return false;
	if (solicits)
		return len >= 78 && p[54] == 136 && memcmp(p + 62, &k.until, 16) == 0;
	return p[54] == 129 && memcmp(p + 58, id, 4) == 0 && memcmp(p + 22, &k.until, 16) == 0;
}

/* Asks until=, by way of the MAC via=, from self=; returns 0 once there is an answer. */
static int until(void)
{
	bool solicits = IN6_IS_ADDR_LINKLOCAL(&k.until);
	struct frame f = { .len = 0 };
	uint8_t in[2048];

	unwrap();
	k.smac = k.lladdr = k.own;
	k.dmac = k.via;
	k.src = solicits || IN6_IS_ADDR_UNSPECIFIED(&k.self) ? k.fe80 : k.self;
	k.dst = k.target = k.until;
	k.hops = 255;
	kind_of(solicits ? "ns" : "echo")->build(&f);
	for (int try = 0; try < TRIES; try++) {
		struct pollfd p = { fd, POLLIN, 0 };

		send_frame(fd, ifindex, &f);
		while (poll(&p, 1, WAIT_MS) > 0) {
			if (answers(in, recv(fd, in, sizeof(in), 0), solicits))
				return 0;
		}
	}
	fputs("frames: no answer to what was sent last\n", stderr);
	return 3;
}

/* ---- flood */

/* Sends from many MACs and addresses; not more than 375 of them are neighbours: all hosts of a
 * machine share 1024. Asks until= after every hundred, as a processor's queue of 1000 frames
 * (net.core.netdev_max_backlog) is all hosts', too, and the bridge copies each. Returns as until(). */
static int flood(void)
{
	const struct kind *ns = kind_of("ns"), *udp = kind_of("udp");
	const struct keys asked = k;

	for (int i = 0; i < asked.count; i++) {
		struct frame f = { .len = 0 };

		if (i % 100 == 99 && !IN6_IS_ADDR_UNSPECIFIED(&k.until) && until() != 0)
			return 3;
		k = asked;
		k.smac = (struct mac){ { 0x02, 0x66, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		k.src = k.fe80;
		memcpy(k.src.s6_addr + 10, &k.smac, 6);
		k.lladdr = k.smac;
		(i % 16 ? udp : ns)->build(&f);
		send_frame(fd, ifindex, &f);
	}
	return 0;
}

/* ---- the command line */

/* Reads a MAC, or ends the program. */
static struct mac mac_of(const char *text)
{
	struct mac m;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &m.b[0], &m.b[1], &m.b[2], &m.b[3],
		   &m.b[4], &m.b[5]) != 6)
		die(text);
	return m;
}

/* Each of these reads one kind of value; 0 or -1. */
static int address(const char *text, void *into)
{
	return inet_pton(AF_INET6, text, into) == 1 ? 0 : -1;
}

static int address4(const char *text, void *into)
{
	return inet_pton(AF_INET, text, into) == 1 ? 0 : -1;
}

static int mac(const char *text, void *into)
{
	*(struct mac *)into = mac_of(text);
	return 0;
}

static int number(const char *text, void *into)
{
	*(int *)into = (int)strtol(text, NULL, 0);
	return 0;
}

static int word(const char *text, void *into)
{
	*(const char **)into = text;
	return 0;
}

static const struct key {
	const char *name;
	int (*read)(const char *text, void *into);
	void *into;
} keys[] = {
	{ "smac", mac, &k.smac },	  { "dmac", mac, &k.dmac },
	{ "lladdr", mac, &k.lladdr },	  { "via", mac, &k.via },
	{ "src", address, &k.src },	  { "dst", address, &k.dst },
	{ "target", address, &k.target }, { "dest", address, &k.dest },
	{ "self", address, &k.self },	  { "until", address, &k.until },
	{ "src4", address4, &k.src4 },	  { "dst4", address4, &k.dst4 },
	{ "hops", number, &k.hops },	  { "sport", number, &k.sport },
	{ "port", number, &k.port },	  { "count", number, &k.count },
	{ "type", number, &k.type },	  { "token", word, &k.token },
};

/* Takes KEY=VALUE; 0 or -1. */
static int set(char *text)
{
	char *value = strchr(text, '=');

	*value++ = '\0';
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(keys[i].name, text) == 0)
			return keys[i].read(value, keys[i].into);
	return -1;
}

/* Opens the device with CAP_NET_RAW alone, on one CPU, and fills in its own addresses. */
static void open_device(const char *dev)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2] = { { .effective = 1 << CAP_NET_RAW,
						    .permitted = 1 << CAP_NET_RAW } };
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct ifreq r = { .ifr_ifindex = 0 };
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	if (syscall(SYS_capset, &head, caps) < 0)
		die("capset");
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &r) < 0)
		die(dev);
	memcpy(&k.own, r.ifr_hwaddr.sa_data, 6);
	a.sll_ifindex = ifindex = (int)if_nametoindex(dev);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("bind");
	k.fe80 = (struct in6_addr){ { { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, k.own.b[0] ^ 2, k.own.b[1],
					k.own.b[2], 0xff, 0xfe, k.own.b[3], k.own.b[4],
					k.own.b[5] } } };
}

/* Prints what there is; returns 2. */
static int usage(void)
{
	puts("frames DEV KIND [KEY=VALUE]... [WRAP]...");
	for (const struct kind *one = kinds; one->name; one++)
		printf("  %-12s%s\n", one->name, one->what);
	return 2;
}

/* The multicast address of Ethernet that goes with the destination, or broadcast. */
static void choose_dmac(void)
{
	const bool multicast = IN6_IS_ADDR_MULTICAST(&k.dst);

	memset(&k.dmac, multicast ? 0x33 : 0xff, 6);
	if (multicast)
		memcpy(k.dmac.b + 2, k.dst.s6_addr + 12, 4);
}

int main(int argc, char **argv)
{
	const struct kind *kind = argc > 2 ? kind_of(argv[2]) : NULL;
	struct frame f = { .len = 0 };

	if (!kind)
		return usage();
	open_device(argv[1]);
	k.smac = k.lladdr = k.own;
	k.src = k.target = k.fe80;
	k.sport = k.port = FRAMES_PORT;
	k.hops = kind->hops;
	k.type = kind->type;
	k.count = 1;
	k.token = "token";
	if (kind->dst)
		inet_pton(AF_INET6, kind->dst, &k.dst);
	for (int i = 3; i < argc; i++)
		if (strchr(argv[i], '=') ? set(argv[i]) : wrap(argv[i])) {
			errno = 0;
			die(argv[i]);
		}
	if (memcmp(&k.dmac, &(struct mac){ { 0 } }, 6) == 0)
		choose_dmac();
	/* what concerns multicast (m...) has a router alert (RFC 2711), or is not looked at */
	if (*kind->name == 'm' && !wrapped())
		wrap("hop");
	if (strcmp(kind->name, "flood") == 0) {
		if (flood() != 0)
			return 3;
	} else if (kind->build) {
		kind->build(&f);
		send_frame(fd, ifindex, &f);
	}
	return IN6_IS_ADDR_UNSPECIFIED(&k.until) ? 0 : until();
}
