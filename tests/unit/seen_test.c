/* Checks what is read of packets about an address: what each is, and that nothing else is believed.
 */
#include "unit.h"

#include <netinet/icmp6.h>
#include <netinet/ip6.h>

#include "net/seen.h"

#define US "2001:db8::5"
#define ROUTER "fe80::1"
#define GROUP "ff02::1:ff00:5"
#define MAC "\2\1\2\0\0\0\0\1" /* as an option: the target's */

struct row {
	const char *name, *from, *to;
	uint8_t hops, next, type, code;
	const char *target;
	uint8_t flags;
	const char *options;
	size_t option_len, cut; /* bytes of options; bytes that are missing at the end */
	enum seen_what want;
	bool has_mac;
};

static const struct row rows[] = {
	{ "a router asks", ROUTER, GROUP, 255, 58, 135, 0, US, 0, "\1\1\2\0\0\0\0\1", 8, 0,
	  SEEN_QUESTION, false },
	{ "it asks again", ROUTER, US, 255, 58, 135, 0, US, 0, "", 0, 0, SEEN_QUESTION, false },
	{ "another wants it", "::", GROUP, 255, 58, 135, 0, US, 0, "", 0, 0, SEEN_CLAIM, false },
	{ "an answer", US, ROUTER, 255, 58, 136, 0, US, 0x60, MAC, 8, 0, SEEN_ANSWER, true },
	{ "by a router", US, ROUTER, 255, 58, 136, 0, US, 0xe0, MAC, 8, 0, SEEN_ANSWER, true },
	{ "without a MAC", US, ROUTER, 255, 58, 136, 0, US, 0x40, "", 0, 0, SEEN_ANSWER, false },
	{ "behind an option", US, ROUTER, 255, 58, 136, 0, US, 0, "\xe\1xxxxxx" MAC, 16, 0,
	  SEEN_ANSWER, true },
	{ "behind one of no length", US, ROUTER, 255, 58, 136, 0, US, 0, "\xe\0xxxxxx" MAC, 16, 0,
	  SEEN_ANSWER, false },
	{ "one longer than the packet", US, ROUTER, 255, 58, 136, 0, US, 0, "\2\2xxxxxx", 8, 0,
	  SEEN_ANSWER, false },
	{ "half an option", US, ROUTER, 255, 58, 136, 0, US, 0, MAC, 8, 3, SEEN_ANSWER, false },
	{ "from afar", ROUTER, GROUP, 254, 58, 135, 0, US, 0, "", 0, 0, SEEN_NOTHING, false },
	{ "a code", ROUTER, GROUP, 255, 58, 135, 1, US, 0, "", 0, 0, SEEN_NOTHING, false },
	{ "a group's", ROUTER, GROUP, 255, 58, 136, 0, GROUP, 0, "", 0, 0, SEEN_NOTHING, false },
	{ "half a target", ROUTER, GROUP, 255, 58, 135, 0, US, 0, "", 0, 8, SEEN_NOTHING, false },
	{ "half a header", ROUTER, GROUP, 255, 58, 135, 0, US, 0, "", 0, 40, SEEN_NOTHING, false },
	{ "an echo request", "2001:db8::7", US, 60, 58, 128, 0, US, 0, "", 0, 0, SEEN_PACKET,
	  false },
	{ "TCP", "2001:db8::7", US, 60, 6, 135, 0, US, 0, "", 0, 0, SEEN_PACKET, false },
};

/* Builds the packet. Returns its length. */
static size_t build(const struct row *row, unsigned char *packet)
{
	size_t len = sizeof(struct ip6_hdr) + 24 + row->option_len;
	struct ip6_hdr header = { 0 };
	struct in6_addr target = ip(row->target);

	header.ip6_vfc = 6 << 4;
	header.ip6_hlim = row->hops;
	header.ip6_nxt = row->next;
	header.ip6_plen = htons((uint16_t)(len - sizeof(header)));
	inet_pton(AF_INET6, row->from, &header.ip6_src);
	inet_pton(AF_INET6, row->to, &header.ip6_dst);
	memset(packet, 0, len);
	memcpy(packet, &header, sizeof(header));
	packet[40] = row->type;
	packet[41] = row->code;
	packet[44] = row->flags;
	memcpy(packet + 48, &target, sizeof(target));
	memcpy(packet + 64, row->options, row->option_len);
	return len - row->cut;
}

TEST(packets)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct in6_addr about = ip(row->want == SEEN_PACKET ? row->to : row->target);
		struct seen s = { .what = SEEN_NOTHING };
		unsigned char packet[256];
		size_t len = build(row, packet);

		check(seen_read(packet, len, &s) == row->want, "%s: %d", row->name, (int)s.what);
		check(s.what == row->want, "%s: %d", row->name, (int)s.what);
		if (row->want == SEEN_NOTHING)
			continue;
		check(memcmp(&s.about, &about, sizeof(about)) == 0, "%s: about another", row->name);
		check(s.has_mac == row->has_mac, "%s: has_mac %d", row->name, s.has_mac);
		check(!s.has_mac || memcmp(s.target, &MAC[2], 6) == 0, "%s: another MAC",
		      row->name);
		check(s.router == (row->want == SEEN_ANSWER && row->flags & 0x80), "%s: router",
		      row->name);
		check(s.to_group == (packet[24] == 0xff), "%s: to_group", row->name);
	}
}

TEST(padding_is_no_part_of_the_packet)
{
	/* an option behind the end that the header tells */
	struct seen s = { .what = SEEN_NOTHING };
	unsigned char packet[256];
	size_t len = build(&rows[3], packet);

	packet[5] -= 8;
	assert_int_equal(seen_read(packet, len, &s), SEEN_ANSWER);
	assert_false(s.has_mac);
}

/* An ICMPv6 message about an echo request of ours; id and addresses may be others. */
static size_t build_error(unsigned char *m, uint8_t type, const char *from, const char *to,
			  uint16_t id)
{
	struct ip6_hdr header = { .ip6_nxt = 58 };
	struct icmp6_hdr echo = { .icmp6_type = 128, .icmp6_id = id };

	header.ip6_src = ip(from);
	header.ip6_dst = ip(to);
	memset(m, 0, 8);
	m[0] = type;
	memcpy(m + 8, &header, sizeof(header));
	memcpy(m + 48, &echo, sizeof(echo));
	return 56;
}

TEST(answers)
{
	const struct seen_request q = { ip(US), ip(ROUTER), htons(4711) };
	struct icmp6_hdr reply = { .icmp6_type = 129, .icmp6_id = q.id };
	unsigned char m[64] = { 136 };
	size_t len;

	assert_true(seen_answers((unsigned char *)&reply, sizeof(reply), &q));
	assert_false(seen_answers((unsigned char *)&reply, sizeof(reply) - 1, &q));
	reply.icmp6_id ^= 1;
	assert_false(seen_answers((unsigned char *)&reply, sizeof(reply), &q));
	/* an advertisement */
	memcpy(m + 8, &q.to, 16);
	assert_true(seen_answers(m, 24, &q));
	assert_false(seen_answers(m, 23, &q));
	memcpy(m + 8, &q.from, 16);
	assert_false(seen_answers(m, 24, &q));
	/* errors */
	len = build_error(m, 3, US, ROUTER, q.id);
	assert_true(seen_answers(m, len, &q));
	assert_false(seen_answers(m, len - 1, &q));
	assert_false(seen_answers(m, 20, &q));
	assert_true(seen_answers(m, build_error(m, 1, US, ROUTER, q.id), &q));
	assert_false(seen_answers(m, build_error(m, 2, US, ROUTER, q.id), &q));
	assert_false(seen_answers(m, build_error(m, 3, US, US, q.id), &q));
	assert_false(seen_answers(m, build_error(m, 3, ROUTER, ROUTER, q.id), &q));
	assert_false(seen_answers(m, build_error(m, 3, US, ROUTER, 1), &q));
	assert_false(seen_answers(m, 0, &q));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets),
		cmocka_unit_test(padding_is_no_part_of_the_packet),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
