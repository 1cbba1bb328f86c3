/* Checks in which order a wide pool tries its addresses: of few multicast groups, and all of them.
 */
#include "pools.h"

#define LOW_24 0xffffff

static int by_low_bits(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a & LOW_24, y = *(const uint64_t *)b & LOW_24;

	return x < y ? -1 : x > y;
}

/* How many solicited-node multicast groups the addresses have; puts them in their order. */
static size_t groups_of(uint64_t *ids, size_t count)
{
	size_t groups = count > 0;

	qsort(ids, count, sizeof(*ids), by_low_bits);
	for (size_t i = 1; i < count; i++)
		groups += (ids[i] & LOW_24) != (ids[i - 1] & LOW_24);
	return groups;
}

/* Of the 128 tries before a window is doubled, none comes twice, and all are of so many groups at
 * most. */
TEST(wide_pools_first_give_addresses_of_few_multicast_groups)
{
	static const struct {
		struct spec spec;
		size_t groups;
	} rows[] = {
		{ { { "2001:db8::/64" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/88" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/89" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/90" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/91" }, { NULL } }, 2 },
		{ { { "2001:db8:0:0:1::/96" }, { NULL } }, 64 },
		/* several ranges, what is reserved or excluded, and odd ends */
		{ { { "2001:db8:0:0:1::/88", "2001:db8::5", "2001:db8::76:3668" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/87" }, { "2001:db8:0:0:1::/88" } }, 1 },
		{ { { "2001:db8:0:0:1::/88" }, { "2001:db8:0:0:1:0:76:3668" } }, 1 },
		{ { { "2001:db8:0:0:1::/91", "2001:db8:0:0:2::/91" }, { NULL } }, 1 },
		{ { { "2001:db8:0:0:1::/90" }, { "2001:db8:0:0:1:0:76:3668" } }, 2 },
		{ { { "2001:db8:0:0:1:0:76:3669-2001:db8:0:0:1:1ff:ff76:3667" }, { NULL } }, 1 },
		{ { { "2001:db8::200:5eff:f000:0/100", "2001:db8::200:5eff:e000:0/100" },
		    { NULL } },
		  1024 },
		{ { { "2001:db8::ffff:ffff:0:0/96" }, { NULL } }, 64 }, /* the last of a /64 */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int name = 0; name < 20; name++) {
			_pools_ struct pools *p = good_pools(&rows[i].spec, 1);
			uint64_t ids[128];
			char ident[32];

			snprintf(ident, sizeof(ident), "lxc:web%d", name);
			assert_int_equal(walk(p, ident, ids, 128), 128);
			for (size_t k = 0; k < 128; k++)
				check(((ids[k] ^ POOL_LOW_BITS) & LOW_24) < rows[i].groups,
				      "row %zu: %llx", i, (unsigned long long)ids[k]);
			qsort(ids, 128, sizeof(*ids), by_number);
			for (size_t k = 1; k < 128; k++)
				check(ids[k] != ids[k - 1], "row %zu: twice %llx", i,
				      (unsigned long long)ids[k]);
		}
	}
}

/* So many containers come, each takes the first address of its walk that is free. */
static size_t groups_when_full(const char *range, size_t containers)
{
	_pools_ struct pools *p = range_pool(range);
	size_t size = 4 * containers, n;
	_free_ uint64_t *taken = calloc(size, sizeof(*taken));
	_free_ uint64_t *ids = calloc(containers, sizeof(*ids));

	assert_true(taken && ids);
	for (n = 0; n < containers; n++) {
		struct pool_walk w;
		struct in6_addr a;
		char name[32];

		snprintf(name, sizeof(name), "lxc:c%zu", n);
		pool_walk_start(&w, p->list, name);
		while (ids[n] == 0) {
			size_t at;

			assert_true(pool_walk_next(&w, &a));
			at = (range_interface_id(&a) * 0x9e3779b97f4a7c15) % size;
			while (taken[at] && taken[at] != range_interface_id(&a))
				at = (at + 1) % size;
			if (taken[at] == 0)
				ids[n] = taken[at] = range_interface_id(&a);
		}
	}
	return groups_of(ids, containers);
}

TEST(the_number_of_multicast_groups_grows_slowly)
{
	static const struct {
		const char *range;
		size_t containers, least, most;
	} rows[] = {
		{ "2001:db8::/64", 10000, 1, 1 },
		{ "2001:db8:0:0:1::/90", 10000, 1, 1 },
		{ "2001:db8:0:0:1::/93", 10000, 8, 8 },
		{ "2001:db8:0:0:1::/96", 10000, 64, 64 },
		{ "2001:db8:0:0:1::/100", 10000, 1024, 1024 },
		{ "2001:db8:0:0:1::/103", 10000, 5000, 8192 },
		/* a group of their own each: there is nothing to share */
		{ "2001:db8:0:0:1::/104", 10000, 9990, 10000 },
		/* more than the window has: twice as many groups, and twice again */
		{ "2001:db8:0:0:1::/90", 30000, 2, 2 },
		{ "2001:db8:0:0:1::/96", 30000, 128, 128 },
		{ "2001:db8:0:0:1::/96", 60000, 256, 264 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = groups_when_full(rows[i].range, rows[i].containers);

		check(n >= rows[i].least && n <= rows[i].most, "%s: %zu groups", rows[i].range, n);
	}
}

/* Whoever comes first: few meet another in a window, as few as in a /114. */
TEST(names_seldom_meet_in_a_wide_pool)
{
	static const char *const ranges[] = { "2001:db8:0:0:1::/90", "2001:db8:0:0:1::/96",
					      "2001:db8:0:0:1::/103" };
	enum { NAMES = 200 };

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		_pools_ struct pools *p = range_pool(ranges[i]);
		uint64_t ids[NAMES];
		int met = 0;

		for (int k = 0; k < NAMES; k++) {
			char name[32];

			snprintf(name, sizeof(name), "lxc:c%d", k);
			ids[k] = first_of(p, name);
		}
		qsort(ids, NAMES, sizeof(*ids), by_number);
		for (int k = 1; k < NAMES; k++)
			met += ids[k] == ids[k - 1];
		/* 200 names on 16384 places: 1.2 meet if the hash is a good one */
		assert_in_range(met, 0, 5);
	}
}

TEST(wide_pools_begin_at_a_slash_103)
{
	_pools_ struct pools *wide = range_pool("2001:db8:0:0:1::/103");
	_pools_ struct pools *large = range_pool("2001:db8:0:0:1::/104");
	_pools_ struct pools *less =
		good_pools(&(struct spec){ { "2001:db8:0:0:1::/103" }, { "2001:db8:0:0:1::" } }, 1);
	const struct pools *all[] = { wide, large, less };
	uint64_t ids[100];

	for (int i = 0; i < 3; i++) {
		size_t near = 0;

		assert_int_equal(walk(all[i], "lxc:web1", ids, 100), 100);
		for (size_t k = 0; k < 100; k++)
			near += ((ids[k] ^ POOL_LOW_BITS) & LOW_24) < 8192;
		check(i == 0 ? near == 100 : near < 5, "pool %d: %zu", i, near);
	}
}

/* When its windows are taken, all other addresses of a wide pool are tried, a million at most. */
TEST(wide_pools_end_with_all_their_addresses)
{
	_pools_ struct pools *p = range_pool("2001:db8:0:0:1::/96");
	const size_t tries = (24 - 6) * 128 + (1 << 20);
	_free_ uint64_t *ids = calloc(tries + 1, sizeof(*ids));
	size_t n, twice = 0;

	assert_non_null(ids);
	n = walk(p, "lxc:web1", ids, tries + 1);
	assert_int_equal(n, tries);
	qsort(ids + tries - (1 << 20), 1 << 20, sizeof(*ids), by_number);
	for (size_t i = tries - (1 << 20) + 1; i < n; i++)
		twice += ids[i] == ids[i - 1];
	assert_int_equal(twice, 0);
	assert_in_range(groups_of(ids + tries - (1 << 20), 1 << 20), 500000, 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_pools_first_give_addresses_of_few_multicast_groups),
		cmocka_unit_test(the_number_of_multicast_groups_grows_slowly),
		cmocka_unit_test(names_seldom_meet_in_a_wide_pool),
		cmocka_unit_test(wide_pools_begin_at_a_slash_103),
		cmocka_unit_test(wide_pools_end_with_all_their_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
