/* Checks who gets which address while there are free ones, and how long a freed one rests. */
#include "store.h"

TEST(the_lowest_free_address_comes_first)
{
	_pools_ struct pools *pools = pools_of("2001:db8::/125", NULL);
	struct lease l;
	struct error e;

	expect(pools, "lxc:a", "2001:db8::1");
	expect(pools, "lxc:b", "2001:db8::2");
	expect(pools, "lxc:c", "2001:db8::3");
	l = look_for("2001:db8::2").lease;
	assert_int_equal(store->ops->remove(store, &l, &e), 0);
	expect(pools, "lxc:d", "2001:db8::2");
	expect(pools, "lxc:e", "2001:db8::4");
}

TEST(the_next_pool_serves_when_one_is_full)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", "2001:db8:0:1::5");

	expect(pools, "lxc:a", "2001:db8::5");
	expect(pools, "lxc:b", "2001:db8:0:1::5");
	expect(pools, "lxc:c", "");
}

TEST(a_full_range_is_told_apart)
{
	_pools_ struct pools *pools = pools_of("2001:db8::2/127", NULL);

	expect(pools, "lxc:a", "2001:db8::2");
	expect(pools, "lxc:b", "2001:db8::3");
	expect(pools, "lxc:c", "");
	assert_string_equal(found("lxc:a"), "2001:db8::2");
	assert_string_equal(found("lxc:b"), "2001:db8::3");
	assert_string_equal(warned, "");
}

static bool is_odd(const struct in6_addr *address, bool taking_back, void *arg)
{
	int *asked = arg;

	(void)taking_back;
	++*asked;
	return address->s6_addr[15] & 1;
}

TEST(what_is_forbidden_is_not_given)
{
	_pools_ struct pools *pools = pools_of("2001:db8::1-2001:db8::3", NULL);
	struct lease got;
	struct error e;
	int asked = 0;

	assert_int_equal(lease_allocate(store, pools, "lxc:a", is_odd, &asked, 0, &got, &e), 0);
	assert_string_equal(found("lxc:a"), "2001:db8::2");
	assert_true(asked > 0);
	/* nor is it taken back from another */
	held("lxc:idle", "2001:db8::1", 1000);
	attached("lxc:a", 0, false, NULL);
	assert_int_equal(lease_allocate(store, pools, "lxc:b", is_odd, &asked, 0, &got, &e),
			 -ENOSPC);
	assert_string_equal(found("lxc:idle"), "2001:db8::1");
}

TEST(a_large_range_gives_the_same_without_state)
{
	_pools_ struct pools *pools = pools_of("2001:db8::/64", NULL);
	char texts[2][INET6_ADDRSTRLEN];
	struct pool_walk w;

	pool_walk_start(&w, pools->list, "lxc:a");
	for (int i = 0; i < 2; i++) {
		struct in6_addr a;

		assert_true(pool_walk_next(&w, &a));
		inet_ntop(AF_INET6, &a, texts[i], sizeof(texts[i]));
	}
	expect(pools, "lxc:a", texts[0]);
	store_teardown(NULL);
	assert_int_equal(store_setup(NULL), 0);
	expect(pools, "lxc:a", texts[0]);
	/* and when another has that one, the next is as stable */
	store_teardown(NULL);
	assert_int_equal(store_setup(NULL), 0);
	claim("lxc:b", texts[0]);
	expect(pools, "lxc:a", texts[1]);
}

/* Killed between the lease and its link: the address is not lost. */
TEST(a_claim_cut_short_is_resumed)
{
	_pools_ struct pools *pools = pools_of("2001:db8::2/127", NULL);

	expect(pools, "lxc:a", "2001:db8::2");
	assert_return_code(unlink(in_scratch("leases/lxc:a.json")), errno);
	expect(pools, "lxc:a", "2001:db8::2");
	assert_int_equal(count_leases(), 1);
}

TEST(a_freed_address_rests)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);
	struct lease l, got;
	struct error e;

	claim("lxc:a", "2001:db8::5");
	l = look_for("2001:db8::5").lease;
	l.pinned = true;
	assert_int_equal(lease_free(store, &l, &e), 0);
	l = look_for("2001:db8::5").lease;
	assert_in_range(l.freed, time(NULL) - 5, time(NULL));
	assert_false(l.pinned);
	assert_string_equal(found("lxc:a"), "");
	expect(pools, "lxc:b", "");
	assert_int_equal(lease_claim(store, &l.address, "lxc:b", false, 60, &got, &e), -EADDRINUSE);
	assert_int_equal(e.status, STATUS_IN_USE);
	assert_contains(e.text, "2001:db8::5");
	assert_contains(e.text, "rests");
	assert_contains(e.text, "60 s");
}

TEST(hold_s_is_how_long_it_rests)
{
	static const struct {
		int64_t ago;
		unsigned int hold_s;
		bool given;
	} rows[] = {
		{ 0, 0, true },
		{ 0, 60, false },
		{ 50, 60, false },
		{ 60, 60, true },
		{ 100, 60, true },
		{ 100, 3600, false },
		{ -50, 0, true },
		/* the clock was ahead: nobody waits for years */
		{ -50, 60, true },
		{ -1000000000, 60, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lease got = { .pinned = true };
		struct in6_addr address;
		char text[32];
		struct error e;

		snprintf(text, sizeof(text), "2001:db8::%zx", i + 1);
		claim("lxc:a", text);
		set_freed(text, rows[i].ago);
		address = ip(text);
		check((lease_claim(store, &address, "lxc:b", false, rows[i].hold_s, &got, &e) ==
		       0) == rows[i].given,
		      "row %zu", i);
		assert_string_equal(holder_of(text), rows[i].given ? "lxc:b" : "lxc:a");
	}
}

TEST(its_former_holder_need_not_wait)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);

	claim("lxc:a", "2001:db8::5");
	set_freed("2001:db8::5", 0);
	expect(pools, "lxc:a", "2001:db8::5");
	assert_int_equal(look_for("2001:db8::5").lease.freed, 0);
}

TEST(a_given_address_is_claimed)
{
	struct in6_addr address = ip("2001:db8::5");
	struct lease got = { 0 };
	struct error e;

	assert_int_equal(lease_claim(store, &address, "lxc:a", true, 60, &got, &e), 0);
	assert_string_equal(got.ident, "lxc:a");
	assert_true(got.pinned && same_address(&got.address, &address));
	assert_in_range(got.created, time(NULL) - 5, time(NULL));
	assert_true(look_for("2001:db8::5").lease.pinned);
	assert_int_equal(lease_claim(store, &address, "lxc:b", false, 0, &got, &e), -EADDRINUSE);
	assert_int_equal(e.status, STATUS_IN_USE);
	assert_string_equal(e.text, "address 2001:db8::5 is held by lxc:a");
	assert_string_equal(got.ident, "lxc:a");
	assert_int_equal(lease_claim(store, &address, "lxc:a", true, 0, &got, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(the_lowest_free_address_comes_first),
		STORE_TEST(the_next_pool_serves_when_one_is_full),
		STORE_TEST(a_full_range_is_told_apart),
		STORE_TEST(what_is_forbidden_is_not_given),
		STORE_TEST(a_large_range_gives_the_same_without_state),
		STORE_TEST(a_claim_cut_short_is_resumed),
		STORE_TEST(a_freed_address_rests),
		STORE_TEST(hold_s_is_how_long_it_rests),
		STORE_TEST(its_former_holder_need_not_wait),
		STORE_TEST(a_given_address_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
