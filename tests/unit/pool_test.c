/* Checks which addresses a pool may hand out at all: what is cut out of it, what is refused. */
#include "pools.h"

/* "FIRST-LAST FIRST-LAST": the parts' identifiers in hexadecimal. */
static const char *parts_text(const struct pool *p)
{
	static char text[1024];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < p->part_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%llx-%llx",
					 i ? " " : "", (unsigned long long)p->parts[i].first,
					 (unsigned long long)p->parts[i].last);
	return text;
}

TEST(exclusions_are_cut_out)
{
	static const struct {
		struct spec spec;
		const char *parts;
		uint64_t size;
	} rows[] = {
		{ { { "2001:db8::10/124" }, { NULL } }, "10-1f", 16 },
		{ { { "2001:db8::10/124" }, { "2001:db8::10" } }, "11-1f", 15 },
		{ { { "2001:db8::10/124" }, { "2001:db8::1f" } }, "10-1e", 15 },
		{ { { "2001:db8::10/124" }, { "2001:db8::15" } }, "10-14 16-1f", 15 },
		{ { { "2001:db8::10/124" }, { "2001:db8::10/126" } }, "14-1f", 12 },
		{ { { "2001:db8::10/124" }, { "2001:db8::1-2001:db8::13" } }, "14-1f", 12 },
		{ { { "2001:db8::10/124" }, { "2001:db8::1c-2001:db8::ff" } }, "10-1b", 12 },
		{ { { "2001:db8::10/124" }, { "2001:db8::12", "2001:db8::13" } },
		  "10-11 14-1f",
		  14 },
		{ { { "2001:db8::10/124" }, { "2001:db8::15", "2001:db8::15" } },
		  "10-14 16-1f",
		  15 },
		{ { { "2001:db8::10/124" }, { "2001:db8::14/126", "2001:db8::12-2001:db8::19" } },
		  "10-11 1a-1f",
		  8 },
		{ { { "2001:db8::10/124" }, { "2001:db8::11-2001:db8::1f" } }, "10-10", 1 },
		{ { { "2001:db8::10/124" }, { "2001:db8::10-2001:db8::1e" } }, "1f-1f", 1 },
		/* one exclusion, several ranges */
		{ { { "2001:db8::10/126", "2001:db8::20/126", "2001:db8::30/126" },
		    { "2001:db8::12-2001:db8::31" } },
		  "10-11 32-33",
		  4 },
		{ { { "2001:db8::10/126", "2001:db8::20/126", "2001:db8::30/126" },
		    { "2001:db8::10-2001:db8::23" } },
		  "30-33",
		  4 },
		/* ranges in any order, side by side */
		{ { { "2001:db8::30/126", "2001:db8::10/126", "2001:db8::14/126" }, { NULL } },
		  "10-13 14-17 30-33",
		  12 },
		/* to the ends of a /64 */
		{ { { "2001:db8::ffff:ffff:ffff:fff0/124" }, { "2001:db8::ffff:ffff:ffff:ffff" } },
		  "fffffffffffffff0-fffffffffffffffe",
		  15 },
		{ { { "2001:db8::ffff:ffff:ffff:fff0/124" },
		    { "2001:db8::ffff:ffff:ffff:fff8-2001:db8::ffff:ffff:ffff:ffff" } },
		  "fffffffffffffff0-fffffffffffffff7",
		  8 },
		/* reserved identifiers */
		{ { { "2001:db8::/124" }, { NULL } }, "1-f", 15 },
		{ { { "2001:db8::200:5eff:fdff:ffff-2001:db8::200:5eff:ff00:0" }, { NULL } },
		  "2005efffdffffff-2005efffdffffff 2005effff000000-2005effff000000",
		  2 },
		{ { { "2001:db8::fdff:ffff:ffff:ff7e-2001:db8::fe00:0:0:1" }, { NULL } },
		  "fdffffffffffff7e-fdffffffffffff7f fe00000000000000-fe00000000000001",
		  4 },
		{ { { "2001:db8::/64" }, { NULL } },
		  "1-2005efffdffffff 2005effff000000-fdffffffffffff7f "
		  "fe00000000000000-ffffffffffffffff",
		  UINT64_MAX - (1 << 24) - 128 },
		/* more than can be counted */
		{ { { "2001:db8::/64", "2001:db8:0:1::/64" }, { NULL } },
		  "1-2005efffdffffff 2005effff000000-fdffffffffffff7f "
		  "fe00000000000000-ffffffffffffffff "
		  "1-2005efffdffffff 2005effff000000-fdffffffffffff7f "
		  "fe00000000000000-ffffffffffffffff",
		  UINT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_pools_ struct pools *p = good_pools(&rows[i].spec, 1);

		check(strcmp(parts_text(p->list), rows[i].parts) == 0, "row %zu: %s", i,
		      parts_text(p->list));
		check(p->list[0].size == rows[i].size, "row %zu: %llu addresses", i,
		      (unsigned long long)p->list[0].size);
	}
}

TEST(pools_that_cannot_be_are_refused)
{
	static const struct {
		struct spec specs[3];
		size_t count;
		const char *why;
	} rows[] = {
		{ { { { "2001:db8::10/124", "2001:db8::1f" }, { NULL } } },
		  1,
		  "pools[0].ranges[1] overlaps pools[0].ranges[0]" },
		{ { { { "2001:db8::/64" }, { NULL } },
		    { { "2001:db8:1::/64" }, { NULL } },
		    { { "2001:db8:2::/64", "2001:db8:1::5" }, { NULL } } },
		  3,
		  "pools[2].ranges[1] overlaps pools[1].ranges[0]" },
		{ { { { "2001:db8::10/124" }, { "2001:db8::10" } },
		    { { "2001:db8::10" }, { NULL } } },
		  2,
		  "pools[1].ranges[0] overlaps pools[0].ranges[0]" },
		{ { { { "2001:db8::10/124" }, { "2001:db8::15", "2001:db8::20" } } },
		  1,
		  "pools[0].exclude[1] lies in no range" },
		{ { { { "2001:db8::10/124" }, { NULL } },
		    { { "2001:db8::20/124" }, { "2001:db8::15" } } },
		  2,
		  "pools[1].exclude[0] lies in no range" },
		{ { { { "2001:db8::10/124" }, { "2001:db8:1::15" } } },
		  1,
		  "pools[0].exclude[0] lies in no range" },
		{ { { { "2001:db8::10/124" }, { "2001:db8::10/124" } } },
		  1,
		  "pools[0].exclude leaves no address" },
		{ { { { "2001:db8::10/124" }, { "2001:db8::18/125", "2001:db8::10/125" } } },
		  1,
		  "pools[0].exclude leaves no address" },
		{ { { { "2001:db8::/127" }, { "2001:db8::1" } } }, 1, "no address" },
		{ { { { "2001:db8::" }, { NULL } } }, 1, "no address" },
		{ { { { "2001:db8::200:5eff:fe00:0/104" }, { NULL } } }, 1, "no address" },
		{ { { { "2001:db8::10", "junk" }, { NULL } } }, 1, "pools[0].ranges[1]: range" },
		{ { { { "2001:db8::10/124" }, { "2001:db8::11/124" } } },
		  1,
		  "pools[0].exclude[0]: range" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pools *p = NULL;
		struct error e = { .status = STATUS_DONE };

		check(read_pools(rows[i].specs, rows[i].count, &p, &e) < 0, "row %zu: accepted", i);
		assert_null(p);
		assert_int_equal(e.status, STATUS_USAGE);
		assert_contains(e.text, rows[i].why);
	}
}

TEST(pools_side_by_side_are_good)
{
	static const struct spec specs[] = {
		{ { "2001:db8::10/124", "2001:db8::20/124" }, { "2001:db8::1f-2001:db8::20" } },
		{ { "2001:db8::30/124" }, { NULL } },
		{ { "2001:db8:0:1::10/124" }, { NULL } }, /* the same identifiers, another /64 */
	};
	static const struct {
		const char *address;
		int pool; /* or -1 */
		const char *why;
	} rows[] = {
		{ "2001:db8::10", 0, "" },
		{ "2001:db8::2f", 0, "" },
		{ "2001:db8::30", 1, "" },
		{ "2001:db8:0:1::15", 2, "" },
		{ "2001:db8::f", -1, "lies in no range" },
		{ "2001:db8::40", -1, "lies in no range" },
		{ "2001:db8:0:2::15", -1, "lies in no range" },
		{ "2001:db8::1f", -1, "is excluded" },
		{ "2001:db8::20", -1, "is excluded" },
	};
	_pools_ struct pools *p = good_pools(specs, ARRAY_SIZE(specs));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct in6_addr a = ip(rows[i].address);
		struct error e = { .status = STATUS_DONE };
		const struct pool *pool = pools_find(p, &a, &e);

		check(pool == (rows[i].pool < 0 ? NULL : &p->list[rows[i].pool]), "%s",
		      rows[i].address);
		if (pool)
			continue;
		assert_int_equal(e.status, STATUS_USAGE);
		assert_contains(e.text, rows[i].address);
		assert_contains(e.text, rows[i].why);
	}
}

TEST(reserved_identifiers_belong_to_no_pool)
{
	static const char *const reserved[] = {
		"2001:db8::",
		"2001:db8::200:5eff:fe00:0",
		"2001:db8::200:5eff:feff:ffff",
		"2001:db8::fdff:ffff:ffff:ff80",
		"2001:db8::fdff:ffff:ffff:ffff",
	};
	_pools_ struct pools *p = range_pool("2001:db8::/64");

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		struct in6_addr a = ip(reserved[i]);
		struct error e;

		check(!pools_find(p, &a, &e), "%s", reserved[i]);
		assert_contains(e.text, "is reserved");
	}
}

TEST(pools_keep_what_the_configuration_says_of_them)
{
	static char *ranges[] = { "2001:db8::/64" };
	static struct config_pool list[] = {
		{ .name = "a", .ranges = { ranges, 1 }, .uplink = "eth7", .routed = true },
	};
	const struct config c = { .pools = list, .pool_count = 1 };
	_pools_ struct pools *p = NULL;
	struct error e;

	assert_int_equal(pools_new(&c, &p, &e), 0);
	assert_int_equal(p->count, 1);
	assert_string_equal(p->list[0].name, "a");
	assert_string_equal(p->list[0].uplink, "eth7");
	assert_true(p->list[0].routed);
}

TEST(addresses_of_containers_must_be_theirs_to_have)
{
	static char *ranges[] = { "2001:db8::/120" }, *exclude[] = { "2001:db8::10" };
	static const struct {
		const char *address, *why;
	} rows[] = {
		{ "2001:db8::11", NULL },
		{ "2001:db8::ff", NULL },
		{ "2001:db8::100", "lies in no range" },
		{ "2001:db8::10", "is excluded" },
		{ "2001:db8::", "is reserved" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config_pool pool = { .name = "a",
					    .ranges = { ranges, 1 },
					    .exclude = { exclude, 1 } };
		struct config_container containers[] = {
			{ .ident = "docker:any" },
			{ .ident = "lxc:web1",
			  .has_address = true,
			  .address = ip(rows[i].address) },
		};
		const struct config c = { .pools = &pool,
					  .pool_count = 1,
					  .containers = containers,
					  .container_count = 2 };
		_pools_ struct pools *p = NULL;
		struct error e;
		int r = pools_new(&c, &p, &e);

		check((r == 0) == !rows[i].why, "%s", rows[i].address);
		if (r == 0)
			continue;
		assert_int_equal(e.status, STATUS_USAGE);
		assert_contains(e.text, "containers.lxc:web1.address: ");
		assert_contains(e.text, rows[i].why);
	}
}

/* Random ranges and exclusions within a /120, held against a table of its 256 addresses. */
TEST(random_pools_hand_out_what_a_table_says)
{
	uint64_t seed = 64;
	int read = 0;

	for (int round = 0; round < 1000; round++) {
		char texts[2 * LISTED][64];
		struct spec spec = { { NULL }, { NULL } };
		bool mine[256] = { false }, overlap = false, outside = false;
		size_t ranges = 1 + next_random(&seed) % 4;
		size_t exclusions = next_random(&seed) % 12, count = 0, n = 0, place = 0;
		struct pools *p = NULL;
		uint64_t ids[257];
		struct error e;

		for (size_t i = 0; i < ranges + exclusions; i++) {
			unsigned int a = (unsigned int)(next_random(&seed) % 256);
			unsigned int b =
				a + (unsigned int)(next_random(&seed) % (i < ranges ? 60 : 20));
			bool inside = false;

			b = b > 255 ? 255 : b;
			snprintf(texts[i], sizeof(texts[i]), "2001:db8::%x-2001:db8::%x", a, b);
			*(i < ranges ? &spec.ranges[i] : &spec.exclude[i - ranges]) = texts[i];
			for (unsigned int k = a; k <= b; k++) {
				overlap |= i < ranges && mine[k];
				if (i < ranges)
					mine[k] = true;
			}
			for (size_t k = 0; k < ranges && i >= ranges; k++) {
				unsigned int first, last;

				sscanf(texts[k], "2001:db8::%x-2001:db8::%x", &first, &last);
				inside |= a <= last && first <= b;
			}
			outside |= i >= ranges && !inside;
		}
		for (size_t i = ranges; i < ranges + exclusions; i++) {
			unsigned int a, b;

			sscanf(texts[i], "2001:db8::%x-2001:db8::%x", &a, &b);
			memset(mine + a, false, b - a + 1);
		}
		mine[0] = false; /* subnet-router anycast */
		for (size_t i = 0; i < 256; i++)
			count += mine[i];
		if (read_pools(&spec, 1, &p, &e) < 0) {
			check(overlap || outside || count == 0, "round %d: %s", round, e.text);
			continue;
		}
		check(!overlap && !outside && count > 0, "round %d is accepted", round);
		read++;
		n = walk(p, "lxc:web1", ids, 257);
		check(n == count && p->list[0].size == count, "round %d: %zu of %zu", round, n,
		      count);
		for (size_t i = 0; i < 256; i++)
			if (mine[i])
				check(ids[place++] == i, "round %d: %zx is not met", round, i);
		pools_free(p);
	}
	assert_in_range(read, 50, 950);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exclusions_are_cut_out),
		cmocka_unit_test(pools_that_cannot_be_are_refused),
		cmocka_unit_test(pools_side_by_side_are_good),
		cmocka_unit_test(reserved_identifiers_belong_to_no_pool),
		cmocka_unit_test(pools_keep_what_the_configuration_says_of_them),
		cmocka_unit_test(addresses_of_containers_must_be_theirs_to_have),
		cmocka_unit_test(random_pools_hand_out_what_a_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
