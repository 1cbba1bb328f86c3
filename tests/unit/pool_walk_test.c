/* Checks in which order a pool tries its addresses, and that it is the same everywhere. */
#include "pools.h"

static uint64_t first_of(const struct pools *p, const char *ident)
{
	uint64_t id;

	assert_int_equal(walk(p, ident, &id, 1), 1);
	return id;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

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
	static const char *const ranges[] = { "2001:db8::1:0/112", "2001:db8::/64" };

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

#define LOW_24 0xffffff

TEST(vast_pools_give_addresses_of_one_multicast_group)
{
	static const struct {
		struct spec spec;
		size_t count;
	} rows[] = {
		{ { { "2001:db8::/64" }, { NULL } }, 1 << 20 },
		{ { { "2001:db8:0:0:1::/88" }, { NULL } }, 65536 },
		{ { { "2001:db8:0:0:1::/88", "2001:db8::5", "2001:db8::76:3668" }, { NULL } },
		  65537 },
		{ { { "2001:db8:0:0:1::/87" }, { "2001:db8:0:0:1::/88" } }, 65536 },
		{ { { "2001:db8:0:0:1::/87" }, { "2001:db8:0:0:1:0:76:3668" } }, 131071 },
		/* ends between two such addresses, and on one */
		{ { { "2001:db8:0:0:1:0:76:3669-2001:db8:0:0:1:1ff:ff76:3667" }, { NULL } },
		  131070 },
		{ { { "2001:db8:0:0:1:0:76:3668-2001:db8:0:0:1:1ff:ff76:3668" }, { NULL } },
		  131072 },
		{ { { "2001:db8::ffff:fe00:0:0/87" }, { NULL } }, 131072 }, /* the last of a /64 */
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_pools_ struct pools *p = good_pools(&rows[i].spec, 1);
		uint64_t ids[1000];

		check(p->list[0].size >= POOL_VAST, "row %zu is not vast", i);
		assert_int_equal(walk(p, "lxc:web1", ids, 1000), 1000);
		for (size_t k = 0; k < 1000; k++)
			check((ids[k] & LOW_24) == POOL_LOW_BITS, "row %zu: %llx", i,
			      (unsigned long long)ids[k]);
		check_walk(p, "lxc:web1", rows[i].count);
	}
}

TEST(vast_pools_begin_at_a_slash_88)
{
	_pools_ struct pools *vast = range_pool("2001:db8:0:0:1::/88");
	_pools_ struct pools *large =
		good_pools(&(struct spec){ { "2001:db8:0:0:1::/88" }, { "2001:db8:0:0:1::" } }, 1);
	uint64_t ids[10];
	int alike = 0;

	assert_int_equal(first_of(vast, "lxc:web1") & LOW_24, POOL_LOW_BITS);
	assert_int_equal(walk(large, "lxc:web1", ids, 10), 10);
	for (int i = 0; i < 10; i++)
		alike += (ids[i] & LOW_24) == POOL_LOW_BITS;
	assert_int_equal(alike, 0);
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
		cmocka_unit_test(vast_pools_give_addresses_of_one_multicast_group),
		cmocka_unit_test(vast_pools_begin_at_a_slash_88),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
