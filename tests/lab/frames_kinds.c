/* What the lab's sender of raw frames can send: a table of kinds, and what is in each. */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <string.h>

#include "frames.h"

/* Appends bytes to a frame. */
static void add(struct frame *f, const void *data, size_t len)
{
	memcpy(f->payload + f->len, data, len);
	f->len += len;
}

/* Appends bytes that are given as hexadecimal digits. */
static void add_bytes(struct frame *f, const char *hex)
{
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned int byte;

		sscanf(hex, "%2x", &byte);
		f->payload[f->len++] = (uint8_t)byte;
	}
}

/* Appends a neighbour discovery option with a link-layer address; type 1: source, 2: target. */
static void add_lladdr(struct frame *f, uint8_t type)
{
	uint8_t option[8] = { type, 1 };

	memcpy(option + 2, &k.lladdr, 6);
	add(f, option, 8);
}

/* Begins an ICMPv6 message by its first eight bytes. */
static void icmp(struct frame *f, uint8_t type, uint8_t code, const char *rest)
{
	uint8_t head[4] = { type, code };

	f->proto = IPPROTO_ICMPV6;
	add(f, head, 4);
	add_bytes(f, rest);
}

/* Each of those that follow fills in a frame of its kind, by the keys. */

static void na(struct frame *f)
{
	icmp(f, 136, 0, "a0000000"); /* router, override */
	add(f, &k.target, 16);
	add_lladdr(f, 2);
}

/* An option of no meaning first, so that the one that counts is not where it is looked for. */
static void na_late(struct frame *f)
{
	icmp(f, 136, 0, "a0000000");
	add(f, &k.target, 16);
	add_bytes(f, "0e01112233445566"); /* nonce */
	add_lladdr(f, 2);
}

static void ns(struct frame *f)
{
	icmp(f, 135, 0, "00000000");
	add(f, &k.target, 16);
	if (!IN6_IS_ADDR_UNSPECIFIED(&k.src))
		add_lladdr(f, 1);
}

static void rs(struct frame *f)
{
	icmp(f, 133, 0, "00000000");
	add_lladdr(f, 1);
}

static void ra(struct frame *f)
{
	icmp(f, 134, 0, "40000708"); /* hop limit 64, 1800 s */
	add_bytes(f, "0000000000000000");
	add_lladdr(f, 1);
	add_bytes(f, "030440c0000007080000070800000000"); /* prefix 2001:db8:bad::/64, on-link,
							     autonomous */
	add_bytes(f, "20010db80bad00000000000000000000");
}

static void redirect(struct frame *f)
{
	icmp(f, 137, 0, "00000000");
	add(f, &k.target, 16);
	add(f, &k.dest, 16);
	add_lladdr(f, 2);
}

static void mld(struct frame *f)
{
	icmp(f, (uint8_t)k.type, 0, k.type == 151 ? "" : "03e80000");
	if (k.type == 151) /* multicast router advertisement */
		add_bytes(f, "007d0002");
	else
		add(f, &k.target, 16);
	if (k.type == 130)
		add_bytes(f, "02000000"); /* version 2 */
}

static void echo(struct frame *f)
{
	icmp(f, 128, 0, "76360001");
}

static void udp(struct frame *f)
{
	uint16_t head[4] = { htons((uint16_t)k.sport), htons((uint16_t)k.port),
			     htons((uint16_t)(8 + strlen(k.token))), 0 };

	f->proto = IPPROTO_UDP;
	add(f, head, 8);
	add(f, k.token, strlen(k.token));
}

static void dhcp6(struct frame *f)
{
	k.sport = 547;
	k.port = 546;
	udp(f);
}

static void arp(struct frame *f)
{
	f->ethertype = ETH_P_ARP;
	add_bytes(f, "000108000604");
	add_bytes(f, k.type == 1 ? "0001" : "0002");
	add(f, &k.lladdr, 6);
	add(f, &k.src4, 4);
	add(f, &k.lladdr, 6);
	add(f, &k.dst4, 4);
}

/* Puts an IPv4 header in front of what is inside. */
static void ip4(struct frame *f, uint8_t proto, const struct frame *inner)
{
	uint8_t head[20] = { 0x45, 0, 0, 0, 0, 0, 0x40, 0, 0, proto };
	uint16_t sum;

	head[2] = (uint8_t)((20 + inner->len) >> 8);
	head[3] = (uint8_t)(20 + inner->len);
	head[8] = (uint8_t)k.hops;
	memcpy(head + 12, &k.src4, 4);
	memcpy(head + 16, &k.dst4, 4);
	sum = checksum(0, head, 20);
	memcpy(head + 10, &sum, 2);
	f->ethertype = ETH_P_IP;
	add(f, head, 20);
	add(f, inner->payload, inner->len);
}

static void udp4(struct frame *f)
{
	struct frame inner = { .len = 0 };

	udp(&inner);
	ip4(f, IPPROTO_UDP, &inner);
}

static void igmp(struct frame *f)
{
	struct frame inner = { .len = 0 };

	add_bytes(&inner, "1164ee9b00000000"); /* general query, version 2 */
	ip4(f, 2, &inner);
}

static void raw4(struct frame *f)
{
	struct frame inner = { .len = 0 };

	add(&inner, k.token, strlen(k.token));
	ip4(f, (uint8_t)k.type, &inner);
}

static void raw6(struct frame *f)
{
	f->proto = (uint8_t)k.type;
	add(f, k.token, strlen(k.token));
}

static void other(struct frame *f)
{
	f->ethertype = (uint16_t)k.type;
	add_bytes(f, "0000000000000000");
}

const struct kind kinds[] = {
	{ "na", "an advertisement that target= is at lladdr=", na, 255, 0, "ff02::1" },
	{ "na-late", "the same, its option behind another", na_late, 255, 0, "ff02::1" },
	{ "ns", "a solicitation for target=, src= being at lladdr=", ns, 255, 0, "ff02::1" },
	{ "rs", "a router solicitation, src= being at lladdr=", rs, 255, 0, "ff02::2" },
	{ "ra", "a router's advertisement: default route, prefix", ra, 255, 0, "ff02::1" },
	{ "redirect", "a redirect of dest= to target=, at lladdr=", redirect, 255, 0, "ff02::1" },
	{ "mld-query", "an MLDv2 query", mld, 1, 130, "ff02::1" },
	{ "mld-report", "an MLDv1 report for target=", mld, 1, 131, "ff02::1" },
	{ "mld-done", "an MLDv1 farewell to target=", mld, 1, 132, "ff02::2" },
	{ "mrd", "a multicast router's advertisement", mld, 1, 151, "ff02::6a" },
	{ "echo", "an echo request", echo, 64, 0, "ff02::1" },
	{ "udp", "token= to port=", udp, 64, 0, "ff02::1" },
	{ "dhcp6", "token= as a DHCPv6 server", dhcp6, 64, 0, "ff02::1" },
	{ "raw6", "token= in protocol type=", raw6, 64, 47, "ff02::1" },
	{ "arp", "ARP that src4= is at lladdr=; type=1: a request", arp, 0, 2, NULL },
	{ "udp4", "token= by IPv4, src4= to dst4=", udp4, 64, 0, NULL },
	{ "igmp", "an IGMP query", igmp, 1, 0, NULL },
	{ "raw4", "token= in protocol type= of IPv4", raw4, 64, 47, NULL },
	{ "other", "nothing, of ethertype type= (below 1536: its length)", other, 0, 0x88b5, NULL },
	{ "flood", "udp and ns from count= senders", udp, 255, 0, "ff02::1" },
	{ "none", "nothing but the question of until=", NULL, 0, 0, NULL },
	{ .name = NULL },
};

const struct kind *kind_of(const char *name)
{
	for (const struct kind *one = kinds; one->name; one++)
		if (strcmp(one->name, name) == 0)
			return one;
	return NULL;
}
