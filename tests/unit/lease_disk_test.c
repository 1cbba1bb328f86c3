/* Checks that a full or locked disk costs nobody a lease, and leaves nothing half made behind. */
#include "store.h"

#include <sched.h>
#include <sys/mount.h>

/* A small file system over the scratch directory, seen by this process alone, and a store in it. */
static void mount_small(const char *options)
{
	if (unshare(CLONE_NEWNS) < 0)
		skip(); /* needs root */
	/* the root of a chroot may be no mount point: then there is nothing to make private */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		assert_int_equal(errno, EINVAL);
	assert_return_code(mount("small", scratch, "tmpfs", 0, options), errno);
	store = open_store();
}

static int disk_teardown(void **state)
{
	if (store)
		lease_store_close(store);
	store = NULL;
	umount2(scratch, MNT_DETACH);
	return scratch_teardown(state);
}

#define DISK_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, disk_teardown)

static int try_claim(int n, struct error *e)
{
	char ident[32], address[32];
	struct lease l, holder;

	snprintf(ident, sizeof(ident), "lxc:c%d", n);
	snprintf(address, sizeof(address), "2001:db8::%x", n);
	l = lease_of(ident, address);
	return store->ops->claim(store, &l, &holder, e);
}

/* Claims 1, 2, 3 and so on until the disk is full; returns the first that failed. */
static int fill(void)
{
	struct error e = { .status = STATUS_DONE };
	int n = 1, r;

	while ((r = try_claim(n, &e)) == 0)
		n++;
	assert_int_equal(r, -ENOSPC);
	assert_int_equal(e.status, STATUS_FAILED);
	assert_contains(e.text, "No space left on device");
	assert_in_range(n, 3, 100);
	return n;
}

/* Checks that the leases before the one that failed are whole, and that nothing is left of it. */
static void check_whole(int failed)
{
	assert_int_equal(count_leases(), failed - 1);
	for (int i = 1; i <= failed; i++) {
		char ident[32], address[32];

		snprintf(ident, sizeof(ident), "lxc:c%d", i);
		snprintf(address, sizeof(address), "2001:db8::%x", i);
		check(strcmp(found(ident), i < failed ? address : "") == 0, "%s has %s", ident,
		      found(ident));
	}
	assert_int_equal(count_files("leases", ".new-"), 0);
	assert_int_equal(count_files("leases", "2001:"), failed - 1);
	assert_int_equal(count_files("leases", "lxc:"), failed - 1);
	assert_string_equal(warned, "");
}

TEST(a_full_disk_refuses_claims_and_keeps_leases)
{
	struct lease l;
	struct error e;
	int failed;

	mount_small("size=64k");
	failed = fill();
	check_whole(failed);
	assert_int_equal(try_claim(failed, &e), -ENOSPC);
	check_whole(failed);
	l = look_for("2001:db8::1").lease;
	assert_int_equal(store->ops->remove(store, &l, &e), 0);
	assert_int_equal(try_claim(failed, &e), 0);
	assert_int_equal(count_leases(), failed - 1);
}

/* The file of a lease can be made, but not the link to it. */
TEST(a_disk_without_inodes_refuses_claims_and_keeps_leases)
{
	for (int inodes = 20; inodes < 24; inodes++) {
		char options[64];

		snprintf(options, sizeof(options), "size=1m,nr_inodes=%d", inodes);
		mount_small(options);
		check_whole(fill());
		lease_store_close(store);
		store = NULL;
		assert_return_code(umount2(scratch, MNT_DETACH), errno);
	}
}

TEST(a_full_disk_keeps_what_was_to_be_replaced)
{
	struct lease l;
	struct error e;
	int failed;

	mount_small("size=64k");
	failed = fill();
	l = look_for("2001:db8::2").lease;
	l.pinned = true;
	assert_int_equal(store->ops->update(store, &l, &e), -ENOSPC);
	assert_false(look_for("2001:db8::2").lease.pinned);
	check_whole(failed);
}

TEST(an_address_that_cannot_be_given_up_is_kept)
{
	struct lease l;
	struct error e;
	int failed;

	mount_small("size=64k");
	failed = fill();
	l = look_for("2001:db8::2").lease;
	assert_int_equal(lease_free(store, &l, &e), -ENOSPC);
	assert_int_equal(look_for("2001:db8::2").lease.freed, 0);
	check_whole(failed);
}

TEST(a_full_disk_has_room_for_an_attachment_in_place_of_the_former)
{
	struct attachment a = { .pid = 4711 };
	struct error e;

	mount_small("size=64k");
	attached("lxc:c1", 100, false, NULL);
	fill();
	assert_int_equal(store->ops->attach(store, "lxc:c1", &a, &e), 0);
	assert_int_equal(store->ops->attach(store, "lxc:c2", &a, &e), -ENOSPC);
	assert_int_equal(count_files("attached", ""), 1);
	a.pid = 0;
	assert_int_equal(store->ops->attachment(store, "lxc:c1", &a, &e), 1);
	assert_int_equal(a.pid, 4711);
}

TEST(a_full_disk_is_no_full_range)
{
	_pools_ struct pools *pools = pools_of("2001:db8::/64", NULL);
	struct lease got;
	struct error e;

	mount_small("size=64k");
	fill();
	assert_int_equal(lease_allocate(store, pools, "lxc:new", NULL, NULL, 0, &got, &e), -ENOSPC);
	assert_int_equal(e.status, STATUS_FAILED);
	assert_contains(e.text, "No space left on device");
}

TEST(a_disk_that_cannot_be_written_can_be_read)
{
	_close_ int lock = -1, other = -1;
	struct error e;

	mount_small("size=64k");
	assert_int_equal(try_claim(1, &e), 0);
	attached("lxc:c1", 100, false, NULL);
	assert_int_equal(store->ops->lock(store, LOCK_CONTAINER, "lxc:c1", false, 0, &lock, &e), 0);
	close(steal_fd(&lock));
	assert_return_code(mount(NULL, scratch, NULL, MS_REMOUNT | MS_RDONLY, NULL), errno);
	lease_store_close(store);
	store = open_store();
	assert_int_equal(store->ops->lock(store, LOCK_CONTAINER, "lxc:c1", false, 0, &lock, &e), 0);
	assert_int_equal(store->ops->lock(store, LOCK_HOST, NULL, true, 0, &other, &e), 0);
	check_whole(2);
	assert_int_equal(try_claim(2, &e), -EROFS);
	assert_contains(e.text, "Read-only file system");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DISK_TEST(a_full_disk_refuses_claims_and_keeps_leases),
		DISK_TEST(a_disk_without_inodes_refuses_claims_and_keeps_leases),
		DISK_TEST(a_full_disk_keeps_what_was_to_be_replaced),
		DISK_TEST(an_address_that_cannot_be_given_up_is_kept),
		DISK_TEST(a_full_disk_has_room_for_an_attachment_in_place_of_the_former),
		DISK_TEST(a_full_disk_is_no_full_range),
		DISK_TEST(a_disk_that_cannot_be_written_can_be_read),
	};

	note_to(keep_warning);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
