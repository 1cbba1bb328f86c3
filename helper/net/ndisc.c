/*
 * Neighbour Discovery on the uplink: is an address somebody's, and: it is here now (RFC 4861).
 *
 * The probe uses a packet socket (packet(7), SOCK_DGRAM) and writes the IPv6 header by hand: a raw
 * ICMPv6 socket cannot send from ::. The advertisement comes from one of the host's addresses and
 * needs none of that; it goes that way all the same in the service, which may open no IP socket.
 */
#include "net/ndisc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "base/deadline.h"

#define NONCE_OPTION 14 /* RFC 3971, 5.3.2; used by RFC 7527 to tell one's own probe */
#define NONCE_SIZE 6
#define OPTION_SIZE 8 /* bytes: both options used here are one unit long */

/* A solicitation or advertisement with one option, as on the wire; both have this layout. */
struct packet {
	struct ip6_hdr ip;
	struct icmp6_hdr icmp;
	struct in6_addr target;
	unsigned char option[OPTION_SIZE];
};
_Static_assert(sizeof(struct packet) == 40 + 8 + 16 + OPTION_SIZE, "no padding on the wire");

/* RFC 8200, 8.1: over the pseudo-header and the message. */
static uint16_t checksum(const struct packet *p)
{
	const unsigned char *bytes = (const unsigned char *)&p->ip.ip6_src;
	uint32_t sum = IPPROTO_ICMPV6 + sizeof(*p) - sizeof(p->ip);

	/* from the addresses on the packet is the pseudo-header's rest and the message */
	for (size_t i = 0; i < sizeof(*p) - offsetof(struct packet, ip.ip6_src); i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* A solicitation from :: to the group; the caller may make something else of it. */
static void fill(struct packet *p, const struct in6_addr *destination,
		 const struct in6_addr *target)
{
	memset(p, 0, sizeof(*p));
	p->ip.ip6_flow = htonl(6u << 28);
	p->ip.ip6_plen = htons(sizeof(*p) - sizeof(p->ip));
	p->ip.ip6_nxt = IPPROTO_ICMPV6;
	p->ip.ip6_hlim = 255;
	p->ip.ip6_dst = *destination;
	p->icmp.icmp6_type = ND_NEIGHBOR_SOLICIT;
	p->target = *target;
}

/* Opens a packet socket that hears the solicitations and advertisements on the interface. */
static int open_packet(int ifindex, int *ret, struct error *e)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offsetof(struct ip6_hdr, ip6_nxt)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, sizeof(struct ip6_hdr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { ARRAY_SIZE(code), code };
	struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = ifindex,
	};
	const int yes = 1;
	/* protocol 0: nothing arrives before the filter is there */
	_close_ int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_sys(e, -errno, "cannot open a packet socket (CAP_NET_RAW)");
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) < 0 ||
	    bind(fd, (struct sockaddr *)&link, sizeof(link)) < 0)
		return error_sys(e, -errno, "cannot listen on the uplink");
	*ret = steal_fd(&fd);
	return 0;
}

static int send_packet(int fd, int ifindex, struct packet *p, struct error *e)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = ifindex,
		.sll_halen = ETH_ALEN,
		.sll_addr = { 0x33, 0x33 }, /* RFC 2464, 7 */
	};

	memcpy(to.sll_addr + 2, p->ip.ip6_dst.s6_addr + 12, 4);
	p->icmp.icmp6_cksum = 0;
	p->icmp.icmp6_cksum = checksum(p);
	if (sendto(fd, p, sizeof(*p), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return error_sys(e, -errno, "cannot send on the uplink");
	return 0;
}

/* What is asked for, and what has been heard. */
struct inquiry {
	const struct packet *probes;
	struct ndisc_answer *answers;
	size_t count, open; /* of them nothing has been heard of yet */
};

/* Whether what was received says that the address of the probe is another's. */
static bool says_taken(const struct packet *got, const struct packet *probe)
{
	if (memcmp(&got->target, &probe->target, sizeof(got->target)) != 0)
		return false;
	if (got->icmp.icmp6_type == ND_NEIGHBOR_ADVERT)
		return true;
	/* another's probe; our own, sent back by the network, has our nonce (RFC 7527) */
	return got->icmp.icmp6_type == ND_NEIGHBOR_SOLICIT &&
	       IN6_IS_ADDR_UNSPECIFIED(&got->ip.ip6_src) &&
	       memcmp(got->option, probe->option, sizeof(got->option)) != 0;
}

/* Takes note of what was received from there. */
static void hear(struct inquiry *q, const unsigned char *data, size_t len,
		 const unsigned char owner[6])
{
	struct packet got = { 0 };

	if (len < offsetof(struct packet, option))
		return;
	memcpy(&got, data, len < sizeof(got) ? len : sizeof(got));
	for (size_t i = 0; got.ip.ip6_hlim == 255 && i < q->count; i++) {
		struct ndisc_answer *a = &q->answers[i];

		if (a->taken || !says_taken(&got, &q->probes[i]))
			continue;
		a->taken = true;
		memcpy(a->owner, owner, ETH_ALEN);
		q->open--;
	}
}

/* Listens until the deadline, or until all are known to be taken. Returns 0 or -errno. */
static int listen_until(int fd, int64_t deadline, const unsigned char own_mac[6], struct inquiry *q)
{
	int64_t left;

	while (q->open && (left = deadline - clock_ms()) > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct sockaddr_ll from = { 0 };
		socklen_t from_len = sizeof(from);
		unsigned char data[256];
		ssize_t n;

		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = recvfrom(fd, data, sizeof(data), MSG_DONTWAIT, (struct sockaddr *)&from,
			     &from_len);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n >= 0 && memcmp(from.sll_addr, own_mac, ETH_ALEN) != 0)
			hear(q, data, (size_t)n, from.sll_addr);
	}
	return 0;
}

/* The solicitation for an address. Returns 0 or -errno. */
static int fill_probe(struct packet *p, const struct in6_addr *address)
{
	/* the solicited-node group of the address (RFC 4291, 2.7.1) */
	struct in6_addr group = { .s6_addr = { 0xff, 2, [11] = 1, [12] = 0xff } };

	memcpy(group.s6_addr + 13, address->s6_addr + 13, 3);
	fill(p, &group, address);
	p->option[0] = NONCE_OPTION;
	p->option[1] = 1;
	return getrandom(p->option + 2, NONCE_SIZE, 0) == NONCE_SIZE ? 0 : -errno;
}

int ndisc_probe_many(int ifindex, const unsigned char own_mac[6], const struct in6_addr *list,
		     size_t count, unsigned int wait_ms, struct ndisc_answer *ret, struct error *e)
{
	struct packet probes[NDISC_MANY];
	struct ndisc_answer answers[NDISC_MANY] = { 0 };
	struct inquiry q = { probes, answers, count, count };
	_close_ int fd = -1;
	int64_t start;
	int r = open_packet(ifindex, &fd, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		if ((r = fill_probe(&probes[i], &list[i])) < 0)
			return error_sys(e, r, "cannot probe the uplink");
	start = clock_ms();
	wait_ms = deadline_cap(wait_ms);
	for (unsigned int half = 1; half <= 2; half++) {
		for (size_t i = 0; i < count; i++) {
			r = answers[i].taken ? 0 : send_packet(fd, ifindex, &probes[i], e);
			if (r < 0)
				return r;
		}
		r = listen_until(fd, start + wait_ms * half / 2, own_mac, &q);
		if (r < 0)
			return error_sys(e, r, "cannot listen on the uplink");
	}
	memcpy(ret, answers, count * sizeof(*ret));
	return 0;
}

int ndisc_probe(int ifindex, const unsigned char own_mac[6], const struct in6_addr *address,
		unsigned int wait_ms, unsigned char ret_owner[6], struct error *e)
{
	struct ndisc_answer answer;
	int r = ndisc_probe_many(ifindex, own_mac, address, 1, wait_ms, &answer, e);

	if (r < 0 || !answer.taken)
		return r;
	memcpy(ret_owner, answer.owner, ETH_ALEN);
	return 1;
}

int ndisc_announce_many(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
			const struct in6_addr *address, struct error *e)
{
	static int fd = -1;
	const struct in6_addr all_nodes = { .s6_addr = { 0xff, 2, [15] = 1 } };
	struct packet p;

	if (fd < 0)
		fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_sys(e, -errno, "cannot open a packet socket (CAP_NET_RAW)");
	fill(&p, &all_nodes, address);
	p.ip.ip6_src = *source;
	p.icmp.icmp6_type = ND_NEIGHBOR_ADVERT;
	p.icmp.icmp6_dataun.icmp6_un_data32[0] = ND_NA_FLAG_OVERRIDE;
	p.option[0] = ND_OPT_TARGET_LINKADDR;
	p.option[1] = 1;
	memcpy(p.option + 2, own_mac, ETH_ALEN);
	return send_packet(fd, ifindex, &p, e);
}

int ndisc_announce_raw(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
		       const struct in6_addr *address, struct error *e)
{
	struct {
		struct nd_neighbor_advert advert;
		unsigned char option[OPTION_SIZE];
	} message = {
		.advert.nd_na_hdr.icmp6_type = ND_NEIGHBOR_ADVERT,
		.advert.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE,
		.advert.nd_na_target = *address,
		.option = { ND_OPT_TARGET_LINKADDR, 1 },
	};
	const struct sockaddr_in6 from = {
		.sin6_family = AF_INET6,
		.sin6_addr = *source,
		.sin6_scope_id = (uint32_t)ifindex,
	};
	const struct sockaddr_in6 all_nodes = {
		.sin6_family = AF_INET6,
		.sin6_addr = { .s6_addr = { 0xff, 2, [15] = 1 } },
		.sin6_scope_id = (uint32_t)ifindex,
	};
	const int hops = 255, none = 0;
	/* closing a packet socket waits for the kernel's readers, up to 20 ms; this one does not */
	_close_ int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);

	if (fd < 0 && errno == EAFNOSUPPORT)
		return -EAFNOSUPPORT;
	memcpy(message.option + 2, own_mac, ETH_ALEN);
	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &none, sizeof(none)) < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof(ifindex)) < 0 ||
	    bind(fd, (const struct sockaddr *)&from, sizeof(from)) < 0 ||
	    sendto(fd, &message, sizeof(message), 0, (const struct sockaddr *)&all_nodes,
		   sizeof(all_nodes)) < 0)
		return error_sys(e, -errno, "cannot send on the uplink");
	return 0;
}

int ndisc_announce(int ifindex, const unsigned char own_mac[6], const struct in6_addr *source,
		   const struct in6_addr *address, struct error *e)
{
	int r = ndisc_announce_raw(ifindex, own_mac, source, address, e);

	return r == -EAFNOSUPPORT ? ndisc_announce_many(ifindex, own_mac, source, address, e) : r;
}
