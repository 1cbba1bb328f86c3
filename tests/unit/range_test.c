/* Checks how ranges are read, where they end, and which identifiers no host may take. */
#include "unit.h"

#include "store/range.h"

static const char *address_text(uint64_t prefix, uint64_t id)
{
	static char text[INET6_ADDRSTRLEN];
	struct in6_addr a = range_address(prefix, id);

	return inet_ntop(AF_INET6, &a, text, sizeof(text));
}

TEST(ranges_are_read)
{
	static const struct {
		const char *text, *first, *last;
	} rows[] = {
		{ "2001:db8::d000/124", "2001:db8::d000", "2001:db8::d00f" },
		{ "2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:db8:0:0:8000::/65",
		  "2001:db8:0:0:8000::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:db8::2/127", "2001:db8::2", "2001:db8::3" },
		{ "2001:db8::5/128", "2001:db8::5", "2001:db8::5" },
		{ "2001:db8::5", "2001:db8::5", "2001:db8::5" },
		{ "2001:db8::ffff:ffff:ffff:ffff", "2001:db8::ffff:ffff:ffff:ffff",
		  "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:db8::5-2001:db8::9", "2001:db8::5", "2001:db8::9" },
		{ "2001:db8::5-2001:db8::5", "2001:db8::5", "2001:db8::5" },
		{ "2001:db8::-2001:db8::ffff:ffff:ffff:ffff",
		  "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "2001:DB8:0:0::A-2001:0db8:0000:0000:0000:0000:0000:000b", "2001:db8::a",
		  "2001:db8::b" },
		{ "2001:0db8:0000:0000:0000:0000:0000:0001-2001:0db8:0000:0000:0000:0000:0000:0002",
		  "2001:db8::1", "2001:db8::2" },
		{ "2001:db8::1.2.3.0/120", "2001:db8::102:300", "2001:db8::102:3ff" },
		{ "fd00::/64", "fd00::", "fd00::ffff:ffff:ffff:ffff" }, /* RFC 4193 */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct range r;
		struct error e;

		check(range_parse(rows[i].text, &r, &e) == 0, "refused: %s", e.text);
		assert_string_equal(address_text(r.prefix, r.first), rows[i].first);
		assert_string_equal(address_text(r.prefix, r.last), rows[i].last);
	}
}

static void refuse(const char *text, const char *why)
{
	const struct range before = { 1, 2, 3 };
	struct range r = before;
	struct error e = { .status = STATUS_DONE };
	char quoted[128];

	check(range_parse(text, &r, &e) == -EINVAL, "accepted: %s", text);
	assert_int_equal(e.status, STATUS_USAGE);
	snprintf(quoted, sizeof(quoted), "range '%.100s' ", text);
	assert_contains(e.text, quoted);
	assert_contains(e.text, why);
	assert_memory_equal(&r, &before, sizeof(r));
}

TEST(what_is_no_range_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "is not PREFIX/LEN" },
		{ "junk", "is not PREFIX/LEN" },
		{ "2001:db8", "is not PREFIX/LEN" },
		{ "2001:db8:::1", "is not PREFIX/LEN" },
		{ "2001:db8::g", "is not PREFIX/LEN" },
		{ " 2001:db8::1", "is not PREFIX/LEN" },
		{ "2001:db8::1 ", "is not PREFIX/LEN" },
		{ "2001:db8::1\n", "is not PREFIX/LEN" },
		{ "[2001:db8::1]", "is not PREFIX/LEN" },
		{ "2001:db8::1%eth0", "is not PREFIX/LEN" },
		{ "2001:db8::1,2001:db8::2", "is not PREFIX/LEN" },
		{ "-", "is not PREFIX/LEN" },
		{ "/64", "is not PREFIX/LEN" },
		{ "-2001:db8::1", "is not PREFIX/LEN" },
		{ "2001:db8::1-", "is not PREFIX/LEN" },
		{ "2001:db8::1--2001:db8::2", "is not PREFIX/LEN" },
		{ "2001:db8::1-2001:db8::2-2001:db8::3", "is not PREFIX/LEN" },
		{ "2001:db8::1-2001:db8::2/64", "is not PREFIX/LEN" },
		{ "2001:db8::1 - 2001:db8::2", "is not PREFIX/LEN" },
		{ "192.0.2.1", "IPv4" },
		{ "192.0.2.0/24", "IPv4" },
		{ "192.0.2.1-192.0.2.9", "IPv4" },
		{ "2001:db8::1-192.0.2.9", "IPv4" },
		{ "2001:db8::/63", "larger than the /64" },
		{ "2001:db8::/48", "larger than the /64" },
		{ "2001:db8::/0", "larger than the /64" },
		{ "2001:db8::9-2001:db8::5", "ends before it begins" },
		{ "2001:db8::1-2001:db8::", "ends before it begins" },
		{ "2001:db8::1-2001:db8:0:1::2", "larger than a /64" },
		{ "2001:db8:0:1::1-2001:db8::2", "larger than a /64" },
	};
	char longest[400];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].why);
	for (size_t len = 80; len < sizeof(longest); len++) {
		memset(longest, '1', len);
		longest[len] = '\0';
		refuse(longest, len > 200 ? "is too long" : "is ");
	}
}

TEST(garbage_lengths_are_refused)
{
	static const char *const lengths[] = {
		"",	      " ",     "x",   "64x", " 64",
		"64 ",	      "+64",   "-64", "6 4", "0x40",
		"1e2",	      "64/64", "129", "999", "1000",
		"4294967360", "64-65", "64.", "-1",  "\xd9\xa6\xd9\xa4",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		char text[64];

		snprintf(text, sizeof(text), "2001:db8::/%s", lengths[i]);
		refuse(text, "has no prefix length from 64 to 128");
	}
}

TEST(addresses_that_are_not_global_are_refused)
{
	static const char *const bad[] = {
		"ff02::1",   "ff00::/64",	 "ff05::1-ff05::9", "fe80::1",
		"fe80::/64", "febf:ffff::/64",	 "fe80::1-fe80::9", "::1",
		"::1/128",   "::ffff:192.0.2.1", "::ffff:0:0/96",   "2001:db8::1-fe80::1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refuse(bad[i], "no global unicast");
}

/* In ::/64 lie the unspecified address, loopback and IPv4 (RFC 4291, 2.5.2, 2.5.3, 2.5.5). */
TEST(the_prefix_of_zeros_is_refused)
{
	static const char *const bad[] = { "::/64", "::", "::2-::ffff", "::/96", "::192.0.2.1" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refuse(bad[i], "no global unicast");
}

TEST(host_bits_are_refused_with_a_suggestion)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "2001:db8::d005/124", "did you mean 2001:db8::d000/124?" },
		{ "2001:db8::1/64", "did you mean 2001:db8::/64?" },
		{ "2001:db8::3/127", "did you mean 2001:db8::2/127?" },
		{ "2001:db8::ffff:ffff:ffff:ffff/65", "did you mean 2001:db8:0:0:8000::/65?" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].why);
}

TEST(suggestions_can_be_typed)
{
	struct in6_addr meant = ip("2001:db8::ffff:ffff:ffff:ffff");

	for (unsigned int len = 64; len < 128; len++) {
		char text[64], suggested[64];
		struct range r;
		struct error e;

		snprintf(text, sizeof(text), "2001:db8::ffff:ffff:ffff:ffff/%u", len);
		assert_int_equal(range_parse(text, &r, &e), -EINVAL);
		assert_contains(e.text, "did you mean ");
		check(sscanf(strstr(e.text, "mean "), "mean %63[^?]", suggested) == 1, "%s",
		      e.text);
		check(range_parse(suggested, &r, &e) == 0, "%s is refused", suggested);
		check(range_contains(&r, &meant), "%s is elsewhere", suggested);
		check(r.last - r.first == UINT64_MAX >> (len - 64), "%s has another length",
		      suggested);
	}
}

TEST(prefixes_become_ranges)
{
	static const struct {
		unsigned int len;
		uint64_t first, last;
	} rows[] = {
		{ 128, 0x123456789abcdef0, 0x123456789abcdef0 },
		{ 127, 0x123456789abcdef0, 0x123456789abcdef1 },
		{ 96, 0x1234567800000000, 0x12345678ffffffff },
		{ 65, 0, INT64_MAX },
		{ 64, 0, UINT64_MAX },
		{ 48, 0, UINT64_MAX }, /* a shorter one counts as 64 */
		{ 0, 0, UINT64_MAX },
	};
	struct in6_addr a = ip("2001:db8::1234:5678:9abc:def0");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct range r = range_of_prefix(&a, rows[i].len);

		check(r.prefix == UINT64_C(0x20010db800000000) && r.first == rows[i].first &&
			      r.last == rows[i].last,
		      "/%u", rows[i].len);
	}
}

TEST(addresses_are_put_together_and_taken_apart)
{
	struct in6_addr a = range_address(0x0123456789abcdef, 0xfedcba9876543210);
	struct in6_addr expected = ip("123:4567:89ab:cdef:fedc:ba98:7654:3210");

	assert_memory_equal(&a, &expected, sizeof(a));
	assert_true(range_prefix_of(&a) == UINT64_C(0x0123456789abcdef));
	assert_true(range_interface_id(&a) == UINT64_C(0xfedcba9876543210));
	a = range_address(0, UINT64_MAX);
	assert_true(range_prefix_of(&a) == 0 && range_interface_id(&a) == UINT64_MAX);
}

TEST(ranges_contain_their_ends_and_nothing_beyond)
{
	static const struct {
		uint64_t first, last;
	} rows[] = {
		{ 5, 9 },	   { 0, 0 }, { 0, UINT64_MAX }, { UINT64_MAX, UINT64_MAX },
		{ 7, UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct range r = { 1, rows[i].first, rows[i].last };
		struct in6_addr first = range_address(1, r.first), last = range_address(1, r.last);
		struct in6_addr before = range_address(1, r.first - 1);
		struct in6_addr after = range_address(1, r.last + 1);
		struct in6_addr other = range_address(2, r.first);
		bool whole = r.first == 0 && r.last == UINT64_MAX;

		check(range_contains(&r, &first) && range_contains(&r, &last), "row %zu", i);
		check(range_contains(&r, &before) == whole, "row %zu: before", i);
		check(range_contains(&r, &after) == whole, "row %zu: after", i);
		check(!range_contains(&r, &other), "row %zu: another prefix", i);
	}
}

TEST(overlap_and_cover_at_the_edges)
{
	const uint64_t end = UINT64_MAX;
	const struct {
		struct range a, b;
		bool overlap, a_covers, b_covers;
	} rows[] = {
		{ { 1, 5, 9 }, { 1, 5, 9 }, true, true, true },
		{ { 1, 5, 9 }, { 1, 6, 8 }, true, true, false },
		{ { 1, 5, 9 }, { 1, 5, 8 }, true, true, false },
		{ { 1, 5, 9 }, { 1, 6, 9 }, true, true, false },
		{ { 1, 5, 9 }, { 1, 9, 12 }, true, false, false },
		{ { 1, 5, 9 }, { 1, 1, 5 }, true, false, false },
		{ { 1, 5, 9 }, { 1, 10, 12 }, false, false, false },
		{ { 1, 5, 9 }, { 1, 1, 4 }, false, false, false },
		{ { 1, 5, 9 }, { 2, 5, 9 }, false, false, false },
		{ { 1, 0, end }, { 1, 0, 0 }, true, true, false },
		{ { 1, 0, end }, { 1, end, end }, true, true, false },
		{ { 1, 0, end }, { 1, 0, end }, true, true, true },
		{ { 1, 0, end - 1 }, { 1, end, end }, false, false, false },
		{ { 1, 0, 0 }, { 1, end, end }, false, false, false },
		{ { 1, 0, 0 }, { 1, 1, end }, false, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct range *a = &rows[i].a, *b = &rows[i].b;

		check(range_overlaps(a, b) == rows[i].overlap, "row %zu", i);
		check(range_overlaps(b, a) == rows[i].overlap, "row %zu turned", i);
		check(range_covers(a, b) == rows[i].a_covers, "row %zu: a covers b", i);
		check(range_covers(b, a) == rows[i].b_covers, "row %zu: b covers a", i);
	}
}

/* IANA, "Reserved IPv6 Interface Identifiers"; RFC 5453, RFC 4291, RFC 2526. */
TEST(reserved_identifiers_are_those_of_rfc_5453)
{
	static const struct {
		uint64_t id;
		bool reserved;
	} rows[] = {
		{ 0, true },
		{ 1, false },
		{ 0x02005efffdffffff, false },
		{ 0x02005efffe000000, true },
		{ 0x02005efffe005213, true },
		{ 0x02005efffeffffff, true },
		{ 0x02005effff000000, false },
		{ 0xfdffffffffffff7f, false },
		{ 0xfdffffffffffff80, true },
		{ 0xfdffffffffffffff, true },
		{ 0xfe00000000000000, false },
		{ UINT64_MAX, false },
	};
	struct range reserved[RANGE_RESERVED];

	assert_int_equal(range_reserved(7, reserved), RANGE_RESERVED);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in6_addr here = range_address(7, rows[i].id);
		struct in6_addr elsewhere = range_address(8, rows[i].id);
		bool is = false, is_elsewhere = false;

		for (size_t k = 0; k < RANGE_RESERVED; k++) {
			is |= range_contains(&reserved[k], &here);
			is_elsewhere |= range_contains(&reserved[k], &elsewhere);
		}
		check(is == rows[i].reserved && !is_elsewhere, "row %zu", i);
	}
}

TEST(damaged_ranges_are_read_or_refused)
{
	static const char *const whole[] = {
		"2001:db8::d000/124",
		"2001:db8::d000-2001:db8::d00f",
		"2001:db8::/64",
		"2001:db8::5",
	};
	uint64_t seed = 2460;
	unsigned int read = 0;

	for (int i = 0; i < 40000; i++) {
		const struct range before = { 1, 2, 3 };
		struct range r = before;
		char text[64];
		struct error e;
		size_t len;

		strcpy(text, whole[i % ARRAY_SIZE(whole)]);
		len = strlen(text);
		mutate(text, &len, &seed);
		if (range_parse(text, &r, &e) == 0) {
			read++;
			check(r.first <= r.last, "%s", text);
			continue;
		}
		check(e.status == STATUS_USAGE && memcmp(&r, &before, sizeof(r)) == 0, "%s", text);
		assert_contains(e.text, text);
	}
	assert_in_range(read, 1, 39999);
}

TEST(blocks_are_the_largest_that_a_range_holds)
{
	static const struct {
		const char *range, *address, *first;
		unsigned int length;
	} rows[] = {
		{ "2001:db8:1::/64", "2001:db8:1::7", "2001:db8:1::", 64 },
		{ "2001:db8:1::c:0/112", "2001:db8:1::c:63ff", "2001:db8:1::c:0", 112 },
		{ "2001:db8:1::5", "2001:db8:1::5", "2001:db8:1::5", 128 },
		{ "2001:db8:1::1-2001:db8:1::6", "2001:db8:1::1", "2001:db8:1::1", 128 },
		{ "2001:db8:1::1-2001:db8:1::6", "2001:db8:1::3", "2001:db8:1::2", 127 },
		{ "2001:db8:1::1-2001:db8:1::6", "2001:db8:1::5", "2001:db8:1::4", 127 },
		{ "2001:db8:1::1-2001:db8:1::6", "2001:db8:1::6", "2001:db8:1::6", 128 },
		{ "2001:db8:1::1-2001:db8:1::7", "2001:db8:1::6", "2001:db8:1::4", 126 },
		{ "2001:db8:1::8-2001:db8:1:0:ffff:ffff:ffff:fffe", "2001:db8:1:0:8000::1",
		  "2001:db8:1:0:8000::", 66 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in6_addr address, first, want;
		struct range r;
		struct error e;
		unsigned int length;

		assert_int_equal(range_parse(rows[i].range, &r, &e), 0);
		inet_pton(AF_INET6, rows[i].address, &address);
		inet_pton(AF_INET6, rows[i].first, &want);
		length = range_block(&r, &address, &first);
		check(length == rows[i].length && memcmp(&first, &want, sizeof(want)) == 0,
		      "%s of %s: /%u", rows[i].address, rows[i].range, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_the_largest_that_a_range_holds),
		cmocka_unit_test(ranges_are_read),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(garbage_lengths_are_refused),
		cmocka_unit_test(addresses_that_are_not_global_are_refused),
		cmocka_unit_test(the_prefix_of_zeros_is_refused),
		cmocka_unit_test(host_bits_are_refused_with_a_suggestion),
		cmocka_unit_test(suggestions_can_be_typed),
		cmocka_unit_test(prefixes_become_ranges),
		cmocka_unit_test(addresses_are_put_together_and_taken_apart),
		cmocka_unit_test(ranges_contain_their_ends_and_nothing_beyond),
		cmocka_unit_test(overlap_and_cover_at_the_edges),
		cmocka_unit_test(reserved_identifiers_are_those_of_rfc_5453),
		cmocka_unit_test(damaged_ranges_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
