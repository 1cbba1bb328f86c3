/* Checks the store in a directory: one holder an address, found by name. */
#include "store.h"

TEST(claims_are_found)
{
	struct lease l = lease_of("lxc:web1", "2001:db8::5"), back = { .pinned = true };
	struct lease holder;
	struct error e;

	l.created = 1769903999;
	assert_string_equal(found("lxc:web1"), "");
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), 0);
	assert_int_equal(store->ops->find(store, "lxc:web1", &back, &e), 1);
	assert_string_equal(back.ident, "lxc:web1");
	assert_true(same_address(&back.address, &l.address));
	assert_false(back.pinned);
	assert_int_equal(back.created, 1769903999);
	assert_int_equal(back.freed, 0);
	assert_string_equal(found("lxc:web"), "");
	assert_string_equal(found("docker:web1"), "");
}

TEST(leases_outlive_the_process)
{
	struct lease l = claim("lxc:web1", "2001:db8::5");

	l.pinned = true;
	update(&l);
	lease_store_close(store);
	store = open_store();
	assert_string_equal(found("lxc:web1"), "2001:db8::5");
	assert_true(look_for("2001:db8::5").lease.pinned);
}

TEST(what_another_holds_cannot_be_claimed)
{
	struct lease l = lease_of("lxc:b", "2001:db8::5"), holder;
	struct error e;

	claim("lxc:a", "2001:db8::5");
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), -EEXIST);
	assert_string_equal(holder.ident, "lxc:a");
	assert_true(same_address(&holder.address, &l.address));
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	assert_string_equal(found("lxc:b"), "");
}

TEST(what_rests_cannot_be_claimed_by_another)
{
	struct lease a = claim("lxc:a", "2001:db8::5"), b = lease_of("lxc:b", "2001:db8::5");
	struct lease holder;
	struct error e;

	a.freed = 1769903999;
	update(&a);
	assert_string_equal(found("lxc:a"), "");
	assert_int_equal(store->ops->claim(store, &b, &holder, &e), -EEXIST);
	assert_int_equal(holder.freed, 1769903999);
	assert_string_equal(holder.ident, "lxc:a");
}

TEST(a_claim_only_to_rest_has_no_holder)
{
	struct lease l = lease_of("elsewhere:52-54-00-12-34-56", "2001:db8::5"), holder;
	struct error e;

	l.freed = l.created;
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), 0);
	assert_string_equal(found(l.ident), "");
	assert_string_equal(holder_of("2001:db8::5"), l.ident);
}

TEST(own_claims_are_taken_over_and_nothing_is_written)
{
	struct stat before, after;

	claim("lxc:a", "2001:db8::5");
	assert_return_code(stat(in_scratch("leases/2001:db8::5.json"), &before), errno);
	claim("lxc:a", "2001:db8::5");
	assert_return_code(stat(in_scratch("leases/2001:db8::5.json"), &after), errno);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(count_leases(), 1);
}

/* Killed between the lease and its link. */
TEST(own_claims_without_a_link_are_taken_over)
{
	claim("lxc:a", "2001:db8::5");
	assert_return_code(unlink(in_scratch("leases/lxc:a.json")), errno);
	assert_string_equal(found("lxc:a"), "");
	assert_string_equal(holder_of("2001:db8::5"), "lxc:a");
	claim("lxc:a", "2001:db8::5");
	assert_string_equal(found("lxc:a"), "2001:db8::5");
}

TEST(claims_can_pin)
{
	struct lease l = claim("lxc:a", "2001:db8::5"), holder;
	struct error e;

	l.pinned = true;
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), 0);
	assert_true(look_for("2001:db8::5").lease.pinned);
}

TEST(removed_leases_are_free)
{
	struct lease l = claim("lxc:a", "2001:db8::5");
	struct error e;

	assert_int_equal(store->ops->remove(store, &l, &e), 0);
	assert_string_equal(found("lxc:a"), "");
	assert_int_equal(count_leases(), 0);
	assert_int_equal(count_files("leases", ""), 0);
	claim("lxc:b", "2001:db8::5");
}

TEST(only_the_lease_that_was_meant_is_removed)
{
	struct lease a = claim("lxc:a", "2001:db8::5"), l;
	struct error e;

	l = lease_of("lxc:b", "2001:db8::5");
	assert_int_equal(store->ops->remove(store, &l, &e), -ESTALE);
	l = a;
	l.freed = 1769903999;
	assert_int_equal(store->ops->remove(store, &l, &e), -ESTALE);
	l = lease_of("lxc:a", "2001:db8::6");
	assert_int_equal(store->ops->remove(store, &l, &e), -ESTALE);
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	a.freed = 1769903999;
	update(&a);
	l = a;
	l.freed++;
	assert_int_equal(store->ops->remove(store, &l, &e), -ESTALE);
	assert_string_equal(holder_of("2001:db8::5"), "lxc:a");
}

TEST(the_last_claim_of_a_container_counts)
{
	struct lease left = claim("lxc:a", "2001:db8::5");
	struct error e;

	claim("lxc:a", "2001:db8::6");
	assert_string_equal(found("lxc:a"), "2001:db8::6");
	assert_string_equal(holder_of("2001:db8::5"), "lxc:a");
	assert_int_equal(store->ops->remove(store, &left, &e), 0);
	assert_string_equal(found("lxc:a"), "2001:db8::6");
	assert_int_equal(count_leases(), 1);
}

TEST(giving_a_former_address_up_leaves_the_new_one)
{
	struct lease left = claim("lxc:a", "2001:db8::5");

	claim("lxc:a", "2001:db8::6");
	left.freed = 1769903999;
	update(&left);
	assert_string_equal(found("lxc:a"), "2001:db8::6");
}

static int count_to_three(const struct lease *lease, void *arg)
{
	int *n = arg;

	check(lease->ident[0] == 'l', "%s", lease->ident);
	return ++*n == 3 ? -EXFULL : 0;
}

TEST(walks_meet_every_lease_once)
{
	struct error e;
	int n = 0;

	for (int i = 1; i <= 300; i++) {
		char ident[32], address[32];

		snprintf(ident, sizeof(ident), "lxc:c%d", i);
		snprintf(address, sizeof(address), "2001:db8::%x", i);
		claim(ident, address);
	}
	for (int i = 1; i <= 300; i += 37) {
		char address[32];

		snprintf(address, sizeof(address), "2001:db8::%x", i);
		assert_int_equal(look_for(address).matches, 1);
	}
	assert_int_equal(count_leases(), 300);
	assert_int_equal(store->ops->walk(store, count_to_three, &n, &e), -EXFULL);
	assert_int_equal(n, 3);
}

/* Directories that may be passed through and changed, but whose entries cannot be listed. */
TEST(no_look_up_reads_the_directory)
{
	struct lease l = lease_of("lxc:b", "2001:db8::5"), holder;
	struct attachment a;
	struct error e;
	int listed, seen, taken, known;

	claim("lxc:a", "2001:db8::5");
	attached("lxc:a", 0, false, NULL);
	assert_return_code(chmod(in_scratch("leases"), 0333), errno);
	assert_return_code(chmod(in_scratch("attached"), 0333), errno);
	as_nobody();
	listed = store->ops->walk(store, look_at, &(struct looked){ 0 }, &e);
	seen = store->ops->find(store, "lxc:a", &holder, &e);
	known = store->ops->attachment(store, "lxc:a", &a, &e);
	taken = store->ops->claim(store, &l, &holder, &e);
	as_self();
	assert_int_equal(listed, -EACCES);
	assert_int_equal(seen, 1);
	assert_int_equal(known, 1);
	assert_int_equal(taken, -EEXIST);
	l = lease_of("lxc:b", "2001:db8::6");
	as_nobody();
	taken = store->ops->claim(store, &l, &holder, &e);
	as_self();
	/* the sync of a directory needs it to be open for reading, which it is since before */
	check(taken == 0, "%s", e.text);
	assert_return_code(chmod(in_scratch("leases"), 0755), errno);
	assert_return_code(chmod(in_scratch("attached"), 0755), errno);
}

TEST(a_reader_makes_nothing)
{
	static const char *const places[] = { "absent", "empty" };

	assert_return_code(mkdir(in_scratch("empty"), 0755), errno);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_lease_store_ struct lease_store *s = NULL;
		struct looked look = { 0 };
		struct attachment a;
		struct lease l;
		struct error e;

		check(lease_dir_open(in_scratch(places[i]), false, &s, &e) == 0, "%s", e.text);
		assert_int_equal(s->ops->find(s, "lxc:a", &l, &e), 0);
		assert_int_equal(s->ops->walk(s, look_at, &look, &e), 0);
		assert_int_equal(look.leases, 0);
		assert_int_equal(s->ops->attachment(s, "lxc:a", &a, &e), 0);
		assert_int_equal(s->ops->walk_attachments(s, NULL, NULL, &e), 0);
	}
	assert_int_equal(access(in_scratch("absent"), F_OK), -1);
	assert_int_equal(count_files("empty", ""), 0);
}

TEST(a_reader_sees_what_a_writer_stored)
{
	struct lease_store *writer = store;
	struct error e;

	claim("lxc:a", "2001:db8::5");
	assert_int_equal(lease_dir_open(scratch, false, &store, &e), 0);
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	assert_int_equal(count_leases(), 1);
	lease_store_close(store);
	store = writer;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(claims_are_found),
		STORE_TEST(leases_outlive_the_process),
		STORE_TEST(what_another_holds_cannot_be_claimed),
		STORE_TEST(what_rests_cannot_be_claimed_by_another),
		STORE_TEST(a_claim_only_to_rest_has_no_holder),
		STORE_TEST(own_claims_are_taken_over_and_nothing_is_written),
		STORE_TEST(own_claims_without_a_link_are_taken_over),
		STORE_TEST(claims_can_pin),
		STORE_TEST(removed_leases_are_free),
		STORE_TEST(only_the_lease_that_was_meant_is_removed),
		STORE_TEST(the_last_claim_of_a_container_counts),
		STORE_TEST(giving_a_former_address_up_leaves_the_new_one),
		STORE_TEST(walks_meet_every_lease_once),
		STORE_TEST(no_look_up_reads_the_directory),
		STORE_TEST(a_reader_makes_nothing),
		STORE_TEST(a_reader_sees_what_a_writer_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
