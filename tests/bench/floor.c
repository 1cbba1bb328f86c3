/*
 * The least that giving a container its address can cost, to measure v6hook against:
 * floor PID INNER-DEV BRIDGE UPLINK ADDRESS [DIRECTORY]
 *
 * Raw netlink, one socket on each side, every message acknowledged; no configuration, no checks,
 * no undo, nothing that a second run would need. With DIRECTORY it also writes a lease there as
 * v6hook has to: temporary file, fsync, rename, fsync of the directory.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROTOCOL 118

struct message {
	struct nlmsghdr h;
	char room[256];
};

static int netlink_socket(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		err(1, "netlink");
	return fd;
}

static void start(struct message *m, int type, const void *header, size_t len)
{
	memset(m, 0, sizeof(*m));
	m->h.nlmsg_type = (unsigned short)type;
	m->h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	m->h.nlmsg_len = (unsigned int)NLMSG_LENGTH(len);
	memcpy(NLMSG_DATA(&m->h), header, len);
}

static void put(struct message *m, int type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)((char *)m + NLMSG_ALIGN(m->h.nlmsg_len));

	a->rta_type = (unsigned short)type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	m->h.nlmsg_len = NLMSG_ALIGN(m->h.nlmsg_len) + (unsigned int)RTA_ALIGN(a->rta_len);
}

/* Sends it and waits for the kernel's word. */
static void tell(int fd, struct message *m, const char *what)
{
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[512];
	} answer;

	if (send(fd, m, m->h.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		err(1, "%s", what);
	if (answer.h.nlmsg_type != NLMSG_ERROR || (answer.e.error && answer.e.error != -EEXIST))
		errx(1, "%s: %s", what, strerror(-answer.e.error));
}

static void add_address(int fd, const struct in6_addr *address, int length, int ifindex, int scope)
{
	const struct ifaddrmsg header = {
		.ifa_family = AF_INET6,
		.ifa_prefixlen = (unsigned char)length,
		.ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT,
		.ifa_scope = (unsigned char)scope,
		.ifa_index = (unsigned int)ifindex,
	};
	struct message m;

	start(&m, RTM_NEWADDR, &header, sizeof(header));
	put(&m, IFA_LOCAL, address, sizeof(*address));
	tell(fd, &m, "address");
}

/* A route to address/128, or with a gateway the default route. */
static void add_route(int fd, const struct in6_addr *address, const struct in6_addr *gateway,
		      int ifindex)
{
	const struct rtmsg header = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = gateway ? 0 : 128,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = PROTOCOL,
		.rtm_type = RTN_UNICAST,
	};
	struct message m;

	start(&m, RTM_NEWROUTE, &header, sizeof(header));
	if (gateway)
		put(&m, RTA_GATEWAY, gateway, sizeof(*gateway));
	else
		put(&m, RTA_DST, address, sizeof(*address));
	put(&m, RTA_OIF, &ifindex, sizeof(ifindex));
	tell(fd, &m, "route");
}

/* A permanent neighbour, or without a mac a proxy entry. */
static void add_neighbour(int fd, const struct in6_addr *address, int ifindex, const void *mac)
{
	const struct ndmsg header = {
		.ndm_family = AF_INET6,
		.ndm_ifindex = ifindex,
		.ndm_state = NUD_PERMANENT,
		.ndm_flags = mac ? 0 : NTF_PROXY,
	};
	const unsigned char protocol = PROTOCOL;
	struct message m;

	start(&m, RTM_NEWNEIGH, &header, sizeof(header));
	put(&m, NDA_DST, address, sizeof(*address));
	if (mac)
		put(&m, NDA_LLADDR, mac, 6);
	put(&m, NDA_PROTOCOL, &protocol, sizeof(protocol));
	tell(fd, &m, mac ? "neighbour" : "proxy entry");
}

static void write_zero(const char *dev, const char *key)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev, key);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err(1, "%s", path);
	close(fd);
}

/* As durable as a lease must be: the file, then its name. */
static void write_lease(const char *directory, const char *address)
{
	char text[128];
	int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(dir, ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int n = snprintf(text, sizeof(text), "{ \"address\": \"%s\" }\n", address);

	if (fd < 0 || write(fd, text, (size_t)n) != n || fsync(fd) < 0 || close(fd) < 0 ||
	    renameat(dir, ".new", dir, address) < 0 || fsync(dir) < 0 || close(dir) < 0)
		err(1, "lease");
}

int main(int argc, char **argv)
{
	const struct in6_addr gateway = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
	struct ifreq inner_dev = { .ifr_ifindex = 0 };
	struct in6_addr address;
	char path[64];
	int home, netns, host, inner, bridge, dev;

	if (argc < 6 || inet_pton(AF_INET6, argv[5], &address) != 1)
		errx(2, "PID INNER-DEV BRIDGE UPLINK ADDRESS [DIRECTORY]");
	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", argv[1]);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	host = netlink_socket();
	if (argc > 6)
		write_lease(argv[6], argv[5]);
	if (setns(netns, CLONE_NEWNET) < 0)
		err(1, "setns");
	inner = netlink_socket();
	write_zero(argv[2], "accept_ra");
	write_zero(argv[2], "disable_ipv6");
	write_zero("lo", "disable_ipv6");
	snprintf(inner_dev.ifr_name, sizeof(inner_dev.ifr_name), "%s", argv[2]);
	dev = (int)if_nametoindex(argv[2]);
	netns = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(netns, SIOCGIFHWADDR, &inner_dev) < 0 || setns(home, CLONE_NEWNET) < 0)
		err(1, "%s", argv[2]);
	bridge = (int)if_nametoindex(argv[3]);
	add_address(host, &gateway, 64, bridge, RT_SCOPE_LINK);
	add_route(host, &address, NULL, bridge);
	add_neighbour(host, &address, bridge, inner_dev.ifr_hwaddr.sa_data);
	add_address(inner, &address, 128, dev, RT_SCOPE_UNIVERSE);
	add_route(inner, NULL, &gateway, dev);
	add_neighbour(host, &address, (int)if_nametoindex(argv[4]), NULL);
	return 0;
}
