/* How the lab's sender of raw frames wraps what it sends: VLAN tags, extension headers, fragments.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"

/* In the order of the command line. */
static struct tag {
	uint16_t ethertype, id;
} tags[4];
static int n_tags;
static uint8_t headers[8];
static int n_headers;
static enum { WHOLE, SPLIT, LATE, HEADLESS, ATOMIC } pieces;

static int packet_socket, device;

int wrap(const char *text)
{
	static const char *const ways[] = { "", "split", "late", "headless", "atomic" };

	if (strncmp(text, ".1", 2) == 0 && n_tags < 4) {
		tags[n_tags++] = (struct tag){ text[2] == 'q' ? ETH_P_8021Q : ETH_P_8021AD,
					       (uint16_t)atoi(strchr(text, ':') + 1) };
		return 0;
	}
	if ((strcmp(text, "hop") == 0 || strcmp(text, "dst") == 0) && n_headers < 8) {
		headers[n_headers++] = *text == 'h' ? IPPROTO_HOPOPTS : IPPROTO_DSTOPTS;
		return 0;
	}
	for (int i = SPLIT; i <= ATOMIC; i++)
		if (strcmp(ways[i], text) == 0) {
			pieces = i;
			return 0;
		}
	return -1;
}

bool wrapped(void)
{
	return n_headers > 0;
}

void unwrap(void)
{
	n_tags = n_headers = 0;
	pieces = WHOLE;
}

uint16_t checksum(uint32_t sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += (uint32_t)data[i] << (i % 2 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Writes a frame's Ethernet header and tags; returns its length. */
static size_t ethernet(uint8_t *to, uint16_t ethertype)
{
	size_t len = 12;

	memcpy(to, &k.dmac, 6);
	memcpy(to + 6, &k.smac, 6);
	for (int i = 0; i < n_tags; i++, len += 4) {
		uint16_t tag[2] = { htons(tags[i].ethertype), htons(tags[i].id) };

		memcpy(to + len, tag, 4);
	}
	ethertype = htons(ethertype);
	memcpy(to + len, &ethertype, 2);
	return len + 2;
}

/* Sends a frame of an ethertype, tagged. */
static void send_ethernet(uint16_t ethertype, const uint8_t *data, size_t len)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = device };
	uint8_t frame[1600];
	size_t head = ethernet(frame, ethertype);

	memcpy(frame + head, data, len);
	if (sendto(packet_socket, frame, head + len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
}

/* Sends an IPv6 packet whose first header behind IPv6's own is `next`. */
static void send_ipv6(uint8_t next, const uint8_t *data, size_t len)
{
	uint8_t packet[1500] = { 0x60 };

	packet[4] = (uint8_t)(len >> 8);
	packet[5] = (uint8_t)len;
	packet[6] = next;
	packet[7] = (uint8_t)k.hops;
	memcpy(packet + 8, &k.src, 16);
	memcpy(packet + 24, &k.dst, 16);
	memcpy(packet + 40, data, len);
	send_ethernet(ETH_P_IPV6, packet, 40 + len);
}

/* Sends the bytes from `at` on, `len` of them, as one fragment. */
static void send_fragment(uint8_t next, const uint8_t *data, size_t at, size_t len, bool more)
{
	uint8_t piece[1500] = { next, 0, (uint8_t)(at >> 8), (uint8_t)((at & 0xf8) | more) };
	uint32_t id = (uint32_t)getpid();

	memcpy(piece + 4, &id, 4);
	memcpy(piece + 8, data + at, len);
	send_ipv6(IPPROTO_FRAGMENT, piece, 8 + len);
}

/* Puts the checksum into an ICMPv6 or UDP payload. */
static void sum_up(struct frame *f)
{
	size_t at = f->proto == IPPROTO_UDP ? 6 : 2;
	uint8_t text[1400];
	uint16_t sum;

	if (f->proto != IPPROTO_UDP && f->proto != IPPROTO_ICMPV6)
		return;
	memcpy(text, &k.src, 16);
	memcpy(text + 16, &k.dst, 16);
	memcpy(text + 32, f->payload, f->len);
	memset(text + 32 + at, 0, 2);
	sum = checksum((uint32_t)f->len + f->proto, text, 32 + f->len);
	memcpy(f->payload + at, &sum, 2);
}

void send_frame(int fd, int ifindex, struct frame *f)
{
	uint8_t all[1400];
	uint8_t next = f->proto;
	size_t len = 0, half;

	packet_socket = fd;
	device = ifindex;
	if (f->ethertype) {
		send_ethernet(f->ethertype, f->payload, f->len);
		return;
	}
	sum_up(f);
	for (int i = 0; i < n_headers; i++, len += 8) {
		/* padding for six bytes; in front of MLD, the router alert (RFC 2711) */
		static const uint8_t pad[6] = { 1, 4 }, alert[6] = { 5, 2, 0, 0, 1, 0 };

		all[len] = i + 1 < n_headers ? headers[i + 1] : f->proto;
		all[len + 1] = 0;
		memcpy(all + len + 2, headers[i] == IPPROTO_HOPOPTS ? alert : pad, 6);
	}
	if (n_headers)
		next = headers[0];
	memcpy(all + len, f->payload, f->len);
	half = pieces == HEADLESS ? 8 : len + 8; /* 8 bytes of ICMPv6 or UDP in the first */
	len += f->len;
	if (pieces == WHOLE) {
		send_ipv6(next, all, len);
	} else if (pieces == ATOMIC) {
		send_fragment(next, all, 0, len, false);
	} else if (pieces == LATE) {
		send_fragment(next, all, half, len - half, false);
		send_fragment(next, all, 0, half, true);
	} else {
		send_fragment(next, all, 0, half, true);
		send_fragment(next, all, half, len - half, false);
	}
}
