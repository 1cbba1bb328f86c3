/* Checks the hints for a range that is full: followed where they are true, and harmless where not.
 */
#include "store.h"

#include <sys/stat.h>

static int walks; /* over all leases */
static int (*real_walk)(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
			void *arg, struct error *e);

static int counted_walk(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
			void *arg, struct error *e)
{
	walks++;
	return real_walk(s, each, arg, e);
}

/* From now on the walks over all leases are counted. */
static void count_walks(void)
{
	static struct lease_store_ops ops;

	ops = *store->ops;
	real_walk = ops.walk;
	ops.walk = counted_walk;
	store->ops = &ops;
	walks = 0;
}

/* A range of 257 addresses, just too large to be walked at every attach, all held. */
static struct pools *full_range(void)
{
	struct pools *pools = pools_of("2001:db8::200-2001:db8::300", NULL);

	for (int i = 0; i < 257; i++) {
		char ident[32], address[32];

		snprintf(ident, sizeof(ident), "lxc:c%d", i);
		snprintf(address, sizeof(address), "2001:db8::%x", 0x200 + i);
		held(ident, address, 5000);
		attached(ident, 5000, false, NULL);
	}
	return pools;
}

TEST(the_hints_spare_reading_all)
{
	_pools_ struct pools *pools = full_range();

	/* nothing is idle: all is read once, and the hints are made */
	expect(pools, "lxc:first", "");
	attached("lxc:c7", 900, true, NULL);
	attached("lxc:c5", 800, true, NULL);
	attached("lxc:c9", 700, true, NULL);
	count_walks();
	expect(pools, "lxc:new1", "2001:db8::207");
	expect(pools, "lxc:new2", "2001:db8::205");
	expect(pools, "lxc:new3", "2001:db8::209");
	assert_int_equal(walks, 0);
	/* the hints are used up */
	expect(pools, "lxc:new4", "");
	assert_true(walks > 0);
}

TEST(a_hint_that_is_not_true_any_more_is_passed_over)
{
	_pools_ struct pools *pools = full_range();

	expect(pools, "lxc:first", "");
	for (int i = 0; i < 6; i++) {
		char ident[32];

		snprintf(ident, sizeof(ident), "lxc:c%d", i);
		attached(ident, 900 - i, true, NULL);
	}
	attached("lxc:c0", 100, false, NULL); /* it is attached again */
	attached("lxc:c1", 90, true, NULL);   /* and this one detached once more */
	set_pinned("2001:db8::202");	      /* a pin is not taken */
	set_freed("2001:db8::203", 80);	      /* given up: free anyway */
	count_walks();
	expect(pools, "lxc:new1", "2001:db8::203");
	expect(pools, "lxc:new2", "2001:db8::204");
	expect(pools, "lxc:new3", "2001:db8::205");
	expect(pools, "lxc:new4", "2001:db8::201");
	assert_int_equal(walks, 0);
	assert_string_equal(found("lxc:c0"), "2001:db8::200");
	assert_string_equal(found("lxc:c2"), "2001:db8::202");
}

TEST(what_has_not_rested_is_not_taken)
{
	_pools_ struct pools *pools = full_range();
	enum status status = STATUS_DONE;

	expect(pools, "lxc:first", "");
	attached("lxc:c7", 30, true, NULL);
	assert_string_equal(allocate(pools, "lxc:new", 60, &status), "");
	assert_int_equal(status, STATUS_FULL);
	assert_string_equal(allocate(pools, "lxc:new", 20, &status), "2001:db8::207");
}

TEST(an_address_that_was_freed_is_found)
{
	_pools_ struct pools *pools = full_range();
	struct lease lease;
	struct error e;

	expect(pools, "lxc:first", "");
	attached("lxc:c7", 900, true, NULL);
	expect(pools, "lxc:new1", "2001:db8::207");
	/* one that is removed is free, though a moment ago none was */
	lease = look_for("2001:db8::2ff").lease;
	assert_int_equal(store->ops->remove(store, &lease, &e), 0);
	attached("lxc:c8", 800, true, NULL);
	expect(pools, "lxc:new2", "2001:db8::2ff");
	expect(pools, "lxc:new3", "2001:db8::208");
}

TEST(a_wrong_word_that_none_is_free_is_not_the_last)
{
	_pools_ struct pools *pools = full_range();
	struct lease lease;
	struct error e;
	char word[64];
	ssize_t n;
	int fd;

	expect(pools, "lxc:first", "");
	fd = open(in_scratch("full"), O_RDONLY | O_CLOEXEC);
	assert_return_code(fd, errno);
	n = read(fd, word, sizeof(word));
	assert_true(n > 0);
	close(fd);
	lease = look_for("2001:db8::2ff").lease;
	assert_int_equal(store->ops->remove(store, &lease, &e), 0);
	write_file(in_scratch("full"), word, (size_t)n);
	expect(pools, "lxc:new", "2001:db8::2ff");
}

TEST(the_word_is_of_these_ranges_alone)
{
	_pools_ struct pools *pools = full_range();
	_pools_ struct pools *wider = NULL;

	expect(pools, "lxc:first", "");
	wider = pools_of("2001:db8::200-2001:db8::301", NULL);
	expect(wider, "lxc:new", "2001:db8::301");
}

TEST(a_clock_that_was_set_back_costs_one_reading)
{
	_pools_ struct pools *pools = full_range();

	expect(pools, "lxc:first", "");
	attached("lxc:c7", 100, true, NULL);
	attached("lxc:c5", 900, true, NULL);
	attached("lxc:c9", 500, true, NULL);
	count_walks();
	expect(pools, "lxc:new1", "2001:db8::205");
	expect(pools, "lxc:new2", "2001:db8::209");
	expect(pools, "lxc:new3", "2001:db8::207");
	assert_int_equal(walks, 1);
}

/* Puts something else in the place of a file of hints. */
static void spoil(const char *name, int how)
{
	static const char garbage[100] = "\x18\0\0\0\0\0\0\0 not what it was";

	remove(in_scratch(name));
	switch (how) {
	case 0:
		return;
	case 1:
		write_file(in_scratch(name), "", 0);
		return;
	case 2:
		write_file(in_scratch(name), garbage, 7);
		return;
	case 3:
		write_file(in_scratch(name), garbage, 96);
		return;
	case 4:
		assert_return_code(mkdir(in_scratch(name), 0755), errno);
		return;
	case 5:
		assert_return_code(mkfifo(in_scratch(name), 0600), errno);
		return;
	default:
		assert_return_code(symlink("nowhere", in_scratch(name)), errno);
	}
}

TEST(damaged_hints_do_no_harm)
{
	static const char *const idle[] = { "lxc:c7", "lxc:c5", "lxc:c9" };
	static const char *const addresses[] = { "2001:db8::207", "2001:db8::205",
						 "2001:db8::209" };
	_pools_ struct pools *pools = full_range();

	for (int how = 0; how < 7; how++) {
		struct error e;

		expect(pools, "lxc:first", "");
		attached(idle[0], 900, true, NULL);
		attached(idle[1], 800, true, NULL);
		spoil("idle", how);
		spoil("full", how);
		attached(idle[2], 700, true, NULL);
		for (int i = 0; i < 3; i++) {
			char ident[32];

			snprintf(ident, sizeof(ident), "lxc:new%d-%d", how, i);
			expect(pools, ident, addresses[i]);
		}
		expect(pools, "lxc:last", "");
		/* as it was */
		for (int i = 0; i < 3; i++) {
			struct lease lease = look_for(addresses[i]).lease;

			assert_int_equal(store->ops->remove(store, &lease, &e), 0);
			held(idle[i], addresses[i], 5000);
			attached(idle[i], 5000, false, NULL);
		}
	}
}

TEST(a_forged_hint_takes_nothing_that_is_in_use)
{
	_pools_ struct pools *pools = full_range();

	attached("lxc:c7", 900, true, NULL);
	expect(pools, "lxc:first", "2001:db8::207");
	attached("lxc:c5", 800, true, NULL);
	/* reading begins at byte 24; 2001:db8::201, of lxc:c1, has been idle since 1970 */
	write_file(in_scratch("idle"),
		   "\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		   "\x09\0\0\0\0\0\0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\x02\x01",
		   48);
	expect(pools, "lxc:new", "2001:db8::205");
	assert_string_equal(found("lxc:c1"), "2001:db8::201");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(the_hints_spare_reading_all),
		STORE_TEST(a_hint_that_is_not_true_any_more_is_passed_over),
		STORE_TEST(what_has_not_rested_is_not_taken),
		STORE_TEST(an_address_that_was_freed_is_found),
		STORE_TEST(a_wrong_word_that_none_is_free_is_not_the_last),
		STORE_TEST(the_word_is_of_these_ranges_alone),
		STORE_TEST(a_clock_that_was_set_back_costs_one_reading),
		STORE_TEST(damaged_hints_do_no_harm),
		STORE_TEST(a_forged_hint_takes_nothing_that_is_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
