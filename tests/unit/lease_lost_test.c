/* Checks that a lease, a link or a directory that is lost is made again of what is left. */
#include "damage.h"

TEST(a_lost_lease_of_one_that_is_attached_is_made_again)
{
	struct lease l;
	struct error e;

	for (int links = 0; links < 2; links++) {
		hold();
		record(NULL);
		lose(true, links);
		assert_string_equal(found("lxc:other"), "");
		assert_string_equal(found("lxc:web1"), ADDRESS);
		assert_string_equal(holder_of(ADDRESS), "lxc:web1");
		lose(true, links);
		l.address = ip(ADDRESS);
		assert_int_equal(store->ops->at(store, &l.address, &l, &e), 1);
		assert_string_equal(l.ident, "lxc:web1");
	}
	/* nor does anybody get it who asks for it by name */
	lose(true, true);
	assert_int_equal(lease_claim(store, &l.address, "lxc:other", false, 0, &l, &e),
			 -EADDRINUSE);
	assert_string_equal(found("lxc:web1"), ADDRESS);
}

/* A released lease whose record has come back with a power loss stays released. */
TEST(a_lost_lease_of_another_boot_stays_lost)
{
	hold();
	record("another");
	lose(true, true);
	assert_string_equal(found("lxc:web1"), "");
	claim("lxc:other", ADDRESS);
	assert_string_equal(found("lxc:web1"), "");
}

/* Whoever holds the container's lock may be halfway through removing the lease: link first. */
TEST(nothing_is_mended_beside_one_who_is_at_work_on_it)
{
	struct lease_store *other = open_store();
	_close_ int lock = -1;
	struct error e;

	hold();
	record(NULL);
	lose(false, true);
	check(other->ops->lock(other, LOCK_CONTAINER, "lxc:web1", false, 0, &lock, &e) == 0, "%s",
	      e.text);
	assert_int_equal(count_leases(), 1);
	assert_string_equal(warned, "");
	assert_int_equal(access(in_scratch("leases/lxc:web1.json"), F_OK), -1);
	cleanup_close(&lock);
	lock = -1;
	assert_int_equal(count_leases(), 1);
	assert_contains(warned, "made again");
	assert_return_code(access(in_scratch("leases/lxc:web1.json"), F_OK), errno);
	lease_store_close(other);
}

TEST(a_link_that_is_lost_or_leads_elsewhere_is_made_again)
{
	char link[PATH_MAX], target[64] = "";

	snprintf(link, sizeof(link), "%s", in_scratch("leases/lxc:web1.json"));
	hold();
	claim("lxc:b", "2001:db8::6");
	for (int i = 0; i < 5; i++) {
		assert_return_code(unlink(link), errno);
		if (i == 0)
			record(NULL);
		else if (i == 1)
			assert_return_code(symlink("2001:db8::6.json", link), errno);
		else if (i == 2)
			assert_return_code(symlink("lxc:web1.json", link), errno);
		else if (i == 3)
			write_file(link, "x", 1);
		else
			assert_return_code(mkdir(link, 0755), errno);
		check(strcmp(found("lxc:web1"), ADDRESS) == 0, "row %d", i);
		memset(target, 0, sizeof(target));
		check(readlink(link, target, sizeof(target) - 1) > 0, "row %d: no link", i);
		assert_string_equal(target, "2001:db8::5.json");
		assert_contains(warned, "link");
	}
	assert_string_equal(found("lxc:b"), "2001:db8::6");
}

/* A link may have been led astray: what is recorded as attached keeps its own address. */
TEST(a_live_record_outranks_a_link)
{
	char link[2][PATH_MAX];

	snprintf(link[0], sizeof(link[0]), "%s", in_scratch("leases/lxc:web1.json"));
	snprintf(link[1], sizeof(link[1]), "%s", in_scratch("leases/lxc:b.json"));
	for (int both = 0; both < 2; both++) {
		hold();
		record(NULL);
		claim("lxc:b", "2001:db8::6");
		record_of("lxc:b", "2001:db8::6", NULL);
		write_file(in_scratch("leases/2001:db8::6.json"), "{", 1);
		assert_return_code(unlink(link[0]), errno);
		assert_return_code(symlink("2001:db8::6.json", link[0]), errno);
		if (both) {
			damage("{", 1);
			assert_return_code(unlink(link[1]), errno);
			assert_return_code(symlink("2001:db8::5.json", link[1]), errno);
		}
		assert_string_equal(found("lxc:web1"), ADDRESS);
		assert_string_equal(found("lxc:b"), "2001:db8::6");
		assert_string_equal(holder_of(ADDRESS), "lxc:web1");
		assert_string_equal(holder_of("2001:db8::6"), "lxc:b");
	}
}

/* Without a record of its own the one that the link leads to is nobody's to take from another. */
TEST(a_link_takes_nothing_from_a_live_record)
{
	hold();
	record(NULL);
	assert_return_code(symlink("2001:db8::5.json", in_scratch("leases/lxc:thief.json")), errno);
	damage("{", 1);
	assert_string_equal(found("lxc:thief"), "");
	assert_string_equal(found("lxc:web1"), ADDRESS);
	assert_string_equal(holder_of(ADDRESS), "lxc:web1");
}

TEST(directories_that_are_removed_are_made_anew)
{
	hold();
	record(NULL);
	lose(true, true);
	assert_return_code(rmdir(in_scratch("leases")), errno);
	assert_int_equal(count_leases(), 0);
	assert_contains(warned, "made anew");
	assert_string_equal(found("lxc:web1"), ADDRESS);
	assert_return_code(access(in_scratch(FILE_OF_IT), F_OK), errno);
	assert_return_code(unlink(in_scratch("attached/lxc:web1.json")), errno);
	assert_return_code(rmdir(in_scratch("attached")), errno);
	record(NULL);
	assert_return_code(access(in_scratch("attached/lxc:web1.json"), F_OK), errno);
}

TEST(whatever_stands_for_the_lock_is_moved_away)
{
	char path[PATH_MAX];
	struct error e;
	int lock, second;

	snprintf(path, sizeof(path), "%s", in_scratch("lock"));
	for (int i = 0; i < 5; i++) {
		remove(path);
		if (i == 0)
			assert_return_code(mkdir(path, 0755), errno);
		else if (i == 1)
			assert_return_code(mkfifo(path, 0644), errno);
		else if (i == 2)
			assert_return_code(symlink("lock", path), errno);
		else if (i == 3)
			assert_return_code(symlink("nowhere", path), errno);
		check(store->ops->lock(store, LOCK_HOST, NULL, false, 0, &lock, &e) == 0,
		      "row %d: %s", i, e.text);
		assert_int_equal(store->ops->lock(store, LOCK_HOST, NULL, false, 0, &second, &e),
				 -EBUSY);
		close(lock);
	}
	assert_contains(warned, "lock");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_lost_lease_of_one_that_is_attached_is_made_again),
		STORE_TEST(a_lost_lease_of_another_boot_stays_lost),
		STORE_TEST(nothing_is_mended_beside_one_who_is_at_work_on_it),
		STORE_TEST(a_link_that_is_lost_or_leads_elsewhere_is_made_again),
		STORE_TEST(a_live_record_outranks_a_link),
		STORE_TEST(a_link_takes_nothing_from_a_live_record),
		STORE_TEST(directories_that_are_removed_are_made_anew),
		STORE_TEST(whatever_stands_for_the_lock_is_moved_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
