/* Checks in which order a pool tries its addresses, and that it is the same everywhere. */
#include "pools.h"

/* Checks that a walk of the pool is over after n different addresses. */
static void check_walk(const struct pools *p, const char *ident, size_t n)
{
	_free_ uint64_t *ids = calloc(n + 1, sizeof(*ids));

	assert_non_null(ids);
	assert_int_equal(walk(p, ident, ids, n + 1), n);
	qsort(ids, n, sizeof(*ids), by_number);
	for (size_t i = 1; i < n; i++)
		check(ids[i] != ids[i - 1], "%s meets %llx twice", ident,
		      (unsigned long long)ids[i]);
}

TEST(small_pools_give_the_lowest_first)
{
	static const struct {
		struct spec spec;
		uint64_t ids[8];
		size_t count;
	} rows[] = {
		{ { { "2001:db8::10/126" }, { NULL } }, { 0x10, 0x11, 0x12, 0x13 }, 4 },
		{ { { "2001:db8::/125" }, { "2001:db8::2-2001:db8::5" } }, { 1, 6, 7 }, 3 },
		{ { { "2001:db8::20/127", "2001:db8::10/127" }, { NULL } },
		  { 0x10, 0x11, 0x20, 0x21 },
		  4 },
		{ { { "2001:db8::7" }, { NULL } }, { 7 }, 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_pools_ struct pools *p = good_pools(&rows[i].spec, 1);
		uint64_t ids[9];
		size_t n = walk(p, "lxc:web1", ids, 9);

		check(n == rows[i].count, "row %zu: %zu addresses", i, n);
		assert_memory_equal(ids, rows[i].ids, n * sizeof(*ids));
	}
}

TEST(small_pools_end_at_256_addresses)
{
	_pools_ struct pools *small = range_pool("2001:db8::1:0/120");
	_pools_ struct pools *large = range_pool("2001:db8::1:0-2001:db8::1:100");
	uint64_t ids[256];
	int lowest = 0;

	assert_int_equal(walk(small, "lxc:web1", ids, 256), 256);
	for (size_t i = 0; i < 256; i++)
		check(ids[i] == 0x10000 + i, "address %zu", i);
	check_walk(small, "lxc:web1", 256);
	for (int i = 0; i < 20; i++) {
		char name[32];

		snprintf(name, sizeof(name), "lxc:web%d", i);
		check_walk(large, name, 257);
		lowest += first_of(large, name) == 0x10000;
	}
	assert_in_range(lowest, 0, 2);
}

TEST(large_pools_give_every_address_once)
{
	static const struct {
		struct spec spec;
		size_t size;
	} rows[] = {
		{ { { "2001:db8::1:0/112" }, { NULL } }, 65536 },
		{ { { "2001:db8::/112" }, { NULL } }, 65535 },
		{ { { "2001:db8::1:0/112" }, { "2001:db8::1:8000/120" } }, 65280 },
		{ { { "2001:db8::1:0/113", "2001:db8::5:0/120" }, { "2001:db8::1:1" } }, 33023 },
		{ { { "2001:db8::1:0-2001:db8::1:3fc" }, { NULL } }, 1021 }, /* a prime */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_pools_ struct pools *p = good_pools(&rows[i].spec, 1);

		check_walk(p, "lxc:web1", rows[i].size);
		check_walk(p, "docker:db", rows[i].size);
	}
}

TEST(the_same_name_always_walks_alike)
{
	static const char *const ranges[] = { "2001:db8::1:0/112", "2001:db8:0:0:1::/96",
					      "2001:db8::/64" };

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		_pools_ struct pools *one = range_pool(ranges[i]);
		_pools_ struct pools *other = range_pool(ranges[i]);
		uint64_t a[1000], b[1000];

		assert_int_equal(walk(one, "lxc:web1", a, 1000), 1000);
		assert_int_equal(walk(other, "lxc:web1", b, 1000), 1000);
		assert_memory_equal(a, b, sizeof(a));
	}
}

/* Without any state a container has this address: it must not change from version to version. */
TEST(stable_addresses_never_change)
{
	static const struct {
		const char *range, *ident;
		uint64_t ids[3];
	} rows[] = {
		{ "2001:db8::1:0/112", "lxc:web1", { 0x163ff, 0x1a494, 0x1e529 } },
		{ "2001:db8::1:0/112", "docker:db", { 0x130f7, 0x14ace, 0x164a5 } },
		{ "2001:db8::1:0-2001:db8::1:100", "lxc:web1", { 0x100e0, 0x100dd, 0x100da } },
		{ "2001:db8::1:0-2001:db8::1:100", "docker:db", { 0x1003d, 0x10077, 0x100b1 } },
		{ "2001:db8::/64",
		  "lxc:web1",
		  { 0x24844ce646763668, 0x40313d8d44763668, 0x5bde2e3442763668 } },
		{ "2001:db8:0:0:1::/96",
		  "lxc:web1",
		  { 0x100008f76367f, 0x1000082763646, 0x100007476364d } },
		{ "2001:db8:0:0:1::/103",
		  "docker:db",
		  { 0x10000017630f7, 0x1000000762c3a, 0x100000176277d } },
		{ "2001:db8:0:0:1::/104",
		  "lxc:web1",
		  { 0x10000005963ff, 0x10000002094dc, 0x1000000e7c5b9 } },
		{ "2001:db8::/64",
		  "docker:db",
		  { 0xa9013f054f763668, 0x8741fcc1a3763668, 0x6582ba7df7763668 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_pools_ struct pools *p = range_pool(rows[i].range);
		uint64_t ids[3];

		assert_int_equal(walk(p, rows[i].ident, ids, 3), 3);
		check(memcmp(ids, rows[i].ids, sizeof(ids)) == 0, "row %zu: %llx %llx %llx", i,
		      (unsigned long long)ids[0], (unsigned long long)ids[1],
		      (unsigned long long)ids[2]);
	}
}

TEST(names_start_apart_or_part_at_once)
{
	enum { NAMES = 1000 };
	_pools_ struct pools *p = range_pool("2001:db8::1:0/112");
	static uint64_t ids[NAMES][2];
	int met = 0;

	for (int i = 0; i < NAMES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "lxc:c%d", i);
		assert_int_equal(walk(p, name, ids[i], 2), 2);
	}
	for (int i = 0; i < NAMES; i++)
		for (int k = 0; k < i; k++)
			if (ids[i][0] == ids[k][0]) {
				met++;
				check(ids[i][1] != ids[k][1], "c%d and c%d stay together", i, k);
			}
	/* 1000 names on 65536 places: 7.6 pairs start together if the hash is a good one */
	assert_in_range(met, 1, 20);
}

TEST(hosts_that_share_a_small_pool_start_apart)
{
	static const struct spec spec = { { "2001:db8::10/124" }, { NULL } };
	static const struct spec sizes[] = {
		{ { "2001:db8::7" }, { NULL } },
		{ { "2001:db8::10/127" }, { NULL } },
		{ { "2001:db8::10-2001:db8::12" }, { NULL } },
		{ { "2001:db8::10/124" }, { NULL } },
	};
	static const size_t counts[] = { 1, 2, 3, 16 };
	size_t apart = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_pools_ struct pools *p = good_pools(&sizes[i], 1);

		p->list[0].among = "east";
		check_walk(p, "lxc:web1", counts[i]);
		check_walk(p, "lxc:web2", counts[i]);
	}
	for (int i = 0; i < 32; i++) {
		_pools_ struct pools *east = good_pools(&spec, 1), *west = good_pools(&spec, 1);
		char ident[32];

		snprintf(ident, sizeof(ident), "lxc:web%d", i);
		east->list[0].among = "east";
		west->list[0].among = "west";
		apart += first_of(east, ident) != first_of(west, ident);
	}
	check(apart > 24, "only %zu of 32 start apart", apart);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_pools_give_the_lowest_first),
		cmocka_unit_test(small_pools_end_at_256_addresses),
		cmocka_unit_test(large_pools_give_every_address_once),
		cmocka_unit_test(the_same_name_always_walks_alike),
		cmocka_unit_test(stable_addresses_never_change),
		cmocka_unit_test(names_start_apart_or_part_at_once),
		cmocka_unit_test(hosts_that_share_a_small_pool_start_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
