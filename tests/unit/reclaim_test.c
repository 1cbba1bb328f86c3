/* Checks whose address is taken back when a range is full: that of the longest idle. */
#include "store.h"

#define YEAR (365 * 86400)
#define OTHER_BOOT "00000000-0000-0000-0000-000000000000"

enum idle {
	LIVE,	/* attached now */
	ENDED,	/* detached so long ago */
	PINNED, /* the same, but pinned */
	NEVER,	/* claimed so long ago, never attached */
	FREED,	/* given up so long ago */
};

/* No address is forbidden. */
static bool is_none(const struct in6_addr *address, bool taking_back, void *arg)
{
	(void)address, (void)taking_back, (void)arg;
	return false;
}

TEST(the_longest_idle_is_taken_back)
{
	static const struct {
		struct {
			enum idle idle;
			int64_t ago;
		} held[3];
		unsigned int hold_s;
		int taken; /* which one, or -1 */
	} rows[] = {
		{ { { ENDED, 100 }, { ENDED, 300 }, { ENDED, 200 } }, 60, 1 },
		{ { { ENDED, 300 }, { ENDED, 200 }, { ENDED, 100 } }, 60, 0 },
		{ { { ENDED, 100 }, { ENDED, 200 }, { ENDED, 300 } }, 60, 2 },
		{ { { LIVE, 1000 }, { ENDED, 100 }, { LIVE, 2000 } }, 60, 1 },
		{ { { PINNED, 1000 }, { PINNED, 2000 }, { ENDED, 100 } }, 60, 2 },
		{ { { LIVE, 1000 }, { LIVE, 2000 }, { LIVE, 3000 } }, 60, -1 },
		{ { { PINNED, 1000 }, { PINNED, 2000 }, { PINNED, 3000 } }, 60, -1 },
		{ { { ENDED, 50 }, { ENDED, 40 }, { ENDED, 30 } }, 60, -1 },
		{ { { ENDED, 50 }, { ENDED, 40 }, { ENDED, 30 } }, 0, 0 },
		{ { { ENDED, 100 }, { ENDED, 40 }, { ENDED, 30 } }, 60, 0 },
		{ { { NEVER, 500 }, { ENDED, 100 }, { LIVE, 900 } }, 60, 0 },
		{ { { NEVER, 100 }, { ENDED, 500 }, { LIVE, 900 } }, 60, 1 },
		{ { { NEVER, 50 }, { LIVE, 500 }, { PINNED, 900 } }, 60, -1 },
		/* one that was given up is free, and goes before all that are held */
		{ { { ENDED, 1000 }, { FREED, 100 }, { ENDED, 500 } }, 60, 1 },
		{ { { ENDED, 1000 }, { FREED, 30 }, { ENDED, 500 } }, 60, 0 },
		{ { { LIVE, 1000 }, { FREED, 30 }, { PINNED, 500 } }, 60, -1 },
	};
	static const char *const addresses[] = { "2001:db8::1", "2001:db8::2", "2001:db8::3" };
	_pools_ struct pools *pools = pools_of("2001:db8::1-2001:db8::3", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum status status = STATUS_DONE;
		const char *given;
		struct error e;

		for (size_t k = 0; k < 3; k++) {
			enum idle idle = rows[i].held[k].idle;
			int64_t ago = rows[i].held[k].ago;
			char ident[32];

			snprintf(ident, sizeof(ident), "lxc:row%zu-%zu", i, k);
			held(ident, addresses[k], idle == NEVER ? ago : 5000);
			if (idle == PINNED)
				set_pinned(addresses[k]);
			if (idle == FREED)
				set_freed(addresses[k], ago);
			else if (idle != NEVER)
				attached(ident, ago, idle != LIVE, NULL);
		}
		check(lease_has_room(store, pools, is_none, NULL, rows[i].hold_s, &e) ==
			      (rows[i].taken >= 0),
		      "row %zu: room", i);
		given = allocate(pools, "lxc:new", rows[i].hold_s, &status);
		check(strcmp(given, rows[i].taken < 0 ? "" : addresses[rows[i].taken]) == 0,
		      "row %zu: \"%s\"", i, given);
		assert_int_equal(status, rows[i].taken < 0 ? STATUS_FULL : STATUS_DONE);
		for (int k = 0; k < 3; k++) {
			struct lease l = look_for(addresses[k]).lease;

			check((strcmp(l.ident, "lxc:new") == 0) == (k == rows[i].taken),
			      "row %zu: %s has %s", i, l.ident, addresses[k]);
			assert_int_equal(store->ops->remove(store, &l, &e), 0);
		}
	}
}

TEST(taking_back_is_told)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);

	held("lxc:idle", "2001:db8::5", 1000);
	expect(pools, "lxc:new", "2001:db8::5");
	assert_contains(warned, "2001:db8::5");
	assert_contains(warned, "lxc:idle");
	assert_string_equal(found("lxc:idle"), "");
}

TEST(only_addresses_of_the_pools_are_taken_back)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);

	held("lxc:elsewhere", "2001:db8:0:1::1", 5000);
	held("lxc:live", "2001:db8::5", 5000);
	attached("lxc:live", 10, false, NULL);
	expect(pools, "lxc:new", "");
	assert_string_equal(found("lxc:elsewhere"), "2001:db8:0:1::1");
}

/* It has moved to another address, and died before it gave the former one up. */
TEST(an_address_that_its_holder_left_is_taken_back_first)
{
	_pools_ struct pools *pools = pools_of("2001:db8::1-2001:db8::3", NULL);

	held("lxc:idle", "2001:db8::1", 1000);
	held("lxc:a", "2001:db8::2", 10);
	set_pinned("2001:db8::2");
	held("lxc:a", "2001:db8::3", 10);
	attached("lxc:a", 10, false, NULL);
	expect(pools, "lxc:new", "2001:db8::2");
	assert_string_equal(found("lxc:a"), "2001:db8::3");
	assert_string_equal(found("lxc:idle"), "2001:db8::1");
}

static int64_t uptime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

TEST(what_was_attached_before_the_boot_can_be_taken_back)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);

	held("lxc:a", "2001:db8::5", uptime() + 100000);
	attached("lxc:a", uptime() + 50000, false, OTHER_BOOT);
	assert_int_equal(lease_allocate(store, pools, "lxc:b", NULL, NULL, 0, &(struct lease){ 0 },
					&(struct error){ 0 }),
			 0);
}

/* What ran until the host went down was detached then, and not when it was attached. */
TEST(what_ran_until_the_boot_was_idle_since_then)
{
	_pools_ struct pools *pools = pools_of("2001:db8::2/127", NULL);

	held("lxc:old", "2001:db8::2", uptime() + 100000);
	attached("lxc:old", uptime() + 50000, false, OTHER_BOOT);
	held("lxc:idle", "2001:db8::3", uptime() + 100000);
	attached("lxc:idle", uptime() + 1000, true, OTHER_BOOT);
	expect(pools, "lxc:new", "2001:db8::3");
	assert_string_equal(found("lxc:old"), "2001:db8::2");
}

TEST(hold_s_counts_from_the_boot_for_what_ran_until_then)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);
	enum status status = STATUS_DONE;

	held("lxc:old", "2001:db8::5", uptime() + 100000);
	attached("lxc:old", uptime() + 50000, false, OTHER_BOOT);
	assert_string_equal(allocate(pools, "lxc:new", (unsigned int)uptime() + 1000, &status), "");
	assert_int_equal(status, STATUS_FULL);
}

/* A power loss takes records with it that were not on the disk yet: that of an attach, too. */
TEST(hold_s_counts_from_the_boot_where_no_record_is_left)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);
	enum status status = STATUS_DONE;

	held("lxc:old", "2001:db8::5", uptime() + 100000);
	assert_string_equal(allocate(pools, "lxc:new", (unsigned int)uptime() + 1000, &status), "");
	assert_int_equal(status, STATUS_FULL);
	assert_string_equal(allocate(pools, "lxc:new", 0, &status), "2001:db8::5");
}

/* What was attached again since then may have left the record of the detach before it. */
TEST(hold_s_counts_from_the_boot_for_what_was_detached_before_it)
{
	_pools_ struct pools *pools = pools_of("2001:db8::4/127", NULL);
	enum status status = STATUS_DONE;

	held("lxc:a", "2001:db8::4", uptime() + 100000);
	attached("lxc:a", uptime() + 40000, true, OTHER_BOOT);
	held("lxc:b", "2001:db8::5", uptime() + 100000);
	attached("lxc:b", uptime() + 50000, true, OTHER_BOOT);
	assert_string_equal(allocate(pools, "lxc:new", (unsigned int)uptime() + 1000, &status), "");
	assert_int_equal(status, STATUS_FULL);
	/* then the longest detached is first all the same */
	assert_string_equal(allocate(pools, "lxc:new", 0, &status), "2001:db8::5");
}

TEST(what_is_being_worked_on_is_not_taken_back)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);
	_close_ int lock = -1;
	struct error e;

	held("lxc:busy", "2001:db8::5", 1000);
	assert_int_equal(store->ops->lock(store, LOCK_CONTAINER, "lxc:busy", false, 0, &lock, &e),
			 0);
	expect(pools, "lxc:new", "");
	assert_string_equal(found("lxc:busy"), "2001:db8::5");
}

/* A store in which a container is attached while another waits for its lock. */
static struct lease_store_ops late;
static const struct lease_store_ops *on_time;

static int lock_late(struct lease_store *s, enum lease_lock what, const char *ident, bool shared,
		     unsigned int wait_ms, int *ret_fd, struct error *e)
{
	if (what == LOCK_CONTAINER)
		attached(ident, 0, false, NULL);
	return on_time->lock(s, what, ident, shared, wait_ms, ret_fd, e);
}

TEST(what_comes_back_meanwhile_is_not_taken_back)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);

	held("lxc:back", "2001:db8::5", 1000);
	on_time = store->ops;
	late = *on_time;
	late.lock = lock_late;
	store->ops = &late;
	expect(pools, "lxc:new", "");
	assert_string_equal(found("lxc:back"), "2001:db8::5");
}

/* The clock was years ahead when it was written, and is right now. */
TEST(what_was_freed_in_the_future_has_rested)
{
	_pools_ struct pools *pools = pools_of("2001:db8::5", NULL);
	struct error e;
	struct lease l;

	held("lxc:old", "2001:db8::5", 1000);
	set_freed("2001:db8::5", -10 * YEAR);
	l = look_for("2001:db8::5").lease;
	assert_false(lease_rests(&l, 60));
	expect(pools, "lxc:new", "2001:db8::5");
	l = look_for("2001:db8::5").lease;
	l.freed = time(NULL) - 10;
	assert_true(lease_rests(&l, 60));
	assert_false(lease_rests(&l, 5));
	l.freed = 0;
	assert_false(lease_rests(&l, 60));
	update(&(struct lease){ .address = l.address,
				.ident = "lxc:new",
				.created = 5,
				.freed = time(NULL) + YEAR });
	assert_int_equal(lease_claim(store, &l.address, "lxc:third", false, 60, &l, &e), 0);
}

TEST(what_was_detached_in_the_future_can_be_taken_back)
{
	_pools_ struct pools *one = pools_of("2001:db8::2", NULL);
	_pools_ struct pools *other = pools_of("2001:db8::3", NULL);

	held("lxc:old", "2001:db8::2", 1000);
	attached("lxc:old", -10 * YEAR, true, NULL);
	held("lxc:never", "2001:db8::3", -10 * YEAR);
	expect(one, "lxc:new", "2001:db8::2");
	expect(other, "lxc:newer", "2001:db8::3");
}

TEST(since_when_never_lies_by_years)
{
	const int64_t now = time(NULL), boot = now - uptime();
	const struct {
		bool here; /* in this boot */
		int64_t told, started;
		int64_t shown;
	} rows[] = {
		{ true, now - 100, 0, now - 100 },
		{ true, now - 100, uptime() - 100, now - 100 },
		{ true, now - 10, uptime() - 500, now - 10 },
		{ true, 20, uptime() - 500, now - 500 },
		{ true, now + 10 * YEAR, uptime() - 500, now - 500 },
		{ true, now - 10 * YEAR, uptime() - 500, now - 500 },
		{ true, 20, 0, boot },
		{ false, boot - 100, 5, boot - 100 },
		{ false, boot + 5000, 5, 0 },
		{ false, now + YEAR, 5, 0 },
		{ false, 20, 5, 0 },
	};
	char boot_id[40];
	struct error e;

	assert_int_equal(lease_boot_id(boot_id, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct attachment a = { .since = rows[i].told };
		int64_t shown;

		a.started = (uint64_t)(rows[i].started * sysconf(_SC_CLK_TCK));
		strcpy(a.boot_id, rows[i].here ? boot_id : OTHER_BOOT);
		shown = attachment_since(&a, boot_id);
		check(shown >= rows[i].shown - 2 && shown <= rows[i].shown + 2, "row %zu: %lld", i,
		      (long long)(shown - now));
	}
	assert_int_equal(lease_since(&(struct lease){ .created = now - 7 }), now - 7);
	assert_int_equal(lease_since(&(struct lease){ .created = now + YEAR }), 0);
	assert_int_equal(lease_since(&(struct lease){ .created = 7 }), 0);
}

/* At a boot many start at once: one that is busy must not stand between others and the idle. */
TEST(the_next_longest_idle_is_taken_when_the_first_is_busy)
{
	_pools_ struct pools *pools = pools_of("2001:db8::2/127", NULL);
	_close_ int lock = -1;
	struct error e;

	held("lxc:busy", "2001:db8::2", 2000);
	held("lxc:idle", "2001:db8::3", 1000);
	assert_int_equal(store->ops->lock(store, LOCK_CONTAINER, "lxc:busy", false, 0, &lock, &e),
			 0);
	expect(pools, "lxc:new", "2001:db8::3");
}

TEST(an_attachment_lives_in_its_own_boot)
{
	struct attachment a = { 0 };

	strcpy(a.boot_id, "this");
	assert_true(attachment_is_live(&a, "this"));
	assert_false(attachment_is_live(&a, "that"));
	a.ended = true;
	assert_false(attachment_is_live(&a, "this"));
}

TEST(the_boot_has_an_id)
{
	char id[40], again[40];
	struct error e;

	assert_int_equal(lease_boot_id(id, &e), 0);
	assert_int_equal(strlen(id), 36);
	assert_int_equal(strspn(id, "0123456789abcdef-"), 36);
	assert_int_equal(lease_boot_id(again, &e), 0);
	assert_string_equal(again, id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(the_longest_idle_is_taken_back),
		STORE_TEST(taking_back_is_told),
		STORE_TEST(only_addresses_of_the_pools_are_taken_back),
		STORE_TEST(an_address_that_its_holder_left_is_taken_back_first),
		STORE_TEST(what_was_attached_before_the_boot_can_be_taken_back),
		STORE_TEST(what_ran_until_the_boot_was_idle_since_then),
		STORE_TEST(hold_s_counts_from_the_boot_for_what_ran_until_then),
		STORE_TEST(hold_s_counts_from_the_boot_where_no_record_is_left),
		STORE_TEST(hold_s_counts_from_the_boot_for_what_was_detached_before_it),
		STORE_TEST(what_is_being_worked_on_is_not_taken_back),
		STORE_TEST(what_comes_back_meanwhile_is_not_taken_back),
		STORE_TEST(the_next_longest_idle_is_taken_when_the_first_is_busy),
		STORE_TEST(what_was_freed_in_the_future_has_rested),
		STORE_TEST(what_was_detached_in_the_future_can_be_taken_back),
		cmocka_unit_test(since_when_never_lies_by_years),
		cmocka_unit_test(an_attachment_lives_in_its_own_boot),
		cmocka_unit_test(the_boot_has_an_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
