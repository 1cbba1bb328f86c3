/* Checks the store in a directory: one holder an address, found by name, whatever lies about. */
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

TEST(odd_names_never_meet)
{
	static const char *const idents[] = {
		"lxc:a",	   "lxc:A",	  "lxc:a@",	"lxc:a@/b",	"lxc:a@/b/",
		"lxc:a@/b%2F",	   "lxc:a%2Fb",	  "lxc:a b",	"lxc:\xc3\xa4", "docker:a",
		"lxc:...",	   "lxc:.json",	  "lxc:a.json", "lxc:%n",	"lxc:-n",
		"lxc:2001:db8::1", "elsewhere:a", "lxc:lxc:a",
	};
	char xes[2][300] = { "lxc:", "lxc:" };

	for (size_t i = 0; i < ARRAY_SIZE(idents) + 2; i++) {
		char address[32];

		if (i >= ARRAY_SIZE(idents))
			memset(xes[i - ARRAY_SIZE(idents)] + 4, 'x', 254 + i - ARRAY_SIZE(idents));
		snprintf(address, sizeof(address), "2001:db8::%zx", i + 1);
		claim(i < ARRAY_SIZE(idents) ? idents[i] : xes[i - ARRAY_SIZE(idents)], address);
	}
	for (size_t i = 0; i < ARRAY_SIZE(idents) + 2; i++) {
		char address[32];

		snprintf(address, sizeof(address), "2001:db8::%zx", i + 1);
		assert_string_equal(
			found(i < ARRAY_SIZE(idents) ? idents[i] : xes[i - ARRAY_SIZE(idents)]),
			address);
	}
}

TEST(the_longest_name_has_a_lease)
{
	char ident[IDENT_TEXT_MAX];

	memset(ident, 'x', sizeof(ident) - 1);
	ident[sizeof(ident) - 1] = '\0';
	ident[15] = ':';
	memcpy(ident + 16 + 255, "@/", 2);
	claim(ident, "2001:db8::5");
	assert_string_equal(found(ident), "2001:db8::5");
}

/* An LXC path may hold any byte: then the claim is refused, or its lease can be found again. */
TEST(what_is_claimed_can_be_found)
{
	struct lease l = lease_of("lxc:a@/srv/\xff", "2001:db8::5"), holder;
	struct error e;

	if (store->ops->claim(store, &l, &holder, &e) < 0) {
		assert_int_equal(count_files("leases", ""), 0);
		return;
	}
	assert_string_equal(found(l.ident), "2001:db8::5");
	assert_int_equal(count_leases(), 1);
	assert_string_equal(warned, "");
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

TEST(rubbish_in_the_directory_does_no_harm)
{
	claim("lxc:a", "2001:db8::5");
	write_file(in_scratch("leases/.new-1-1"), "{", 1);
	write_file(in_scratch("leases/notes.txt"), "x", 1);
	write_file(in_scratch("leases/lxc:file.json"), "{}", 2);
	write_file(in_scratch("leases/2001:DB8::6.json"), "{}", 2);
	assert_return_code(mkdir(in_scratch("leases/lxc:dir.json"), 0755), errno);
	assert_return_code(mkdir(in_scratch("leases/2001:db8::7.json"), 0755), errno);
	assert_return_code(mkfifo(in_scratch("leases/2001:db8::8.json"), 0644), errno);
	assert_return_code(symlink("2001:db8::9.json", in_scratch("leases/lxc:gone.json")), errno);
	assert_return_code(symlink("lxc:self.json", in_scratch("leases/lxc:self.json")), errno);
	assert_return_code(symlink("../../../etc/passwd", in_scratch("leases/lxc:out.json")),
			   errno);
	assert_return_code(symlink("2001:db8::5.json", in_scratch("leases/lxc:thief.json")), errno);
	assert_int_equal(count_leases(), 1);
	assert_string_equal(found("lxc:file"), "");
	assert_string_equal(found("lxc:dir"), "");
	assert_string_equal(found("lxc:gone"), "");
	assert_string_equal(found("lxc:self"), "");
	assert_string_equal(found("lxc:out"), "");
	assert_string_equal(found("lxc:thief"), "");
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	claim("lxc:gone", "2001:db8::9");
	claim("lxc:thief", "2001:db8::a");
	assert_string_equal(found("lxc:gone"), "2001:db8::9");
	assert_string_equal(found("lxc:thief"), "2001:db8::a");
	assert_string_equal(found("lxc:a"), "2001:db8::5");
}

TEST(a_link_to_nowhere_keeps_the_address)
{
	struct lease l = lease_of("lxc:a", "2001:db8::5"), holder;
	struct error e;

	assert_return_code(symlink("nowhere", in_scratch("leases/2001:db8::5.json")), errno);
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), -EBADMSG);
	assert_int_equal(count_leases(), 0);
}

/* A file is the lease of the address in its name, or none. */
TEST(a_lease_under_another_name_is_none)
{
	struct lease l = lease_of("lxc:b", "2001:db8::6"), holder;
	struct error e;

	claim("lxc:a", "2001:db8::5");
	assert_return_code(
		link(in_scratch("leases/2001:db8::5.json"), in_scratch("leases/2001:db8::6.json")),
		errno);
	assert_int_equal(count_leases(), 1);
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), -EBADMSG);
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

TEST(places_that_are_no_directory_are_refused)
{
	static const char *const places[] = { "file", "file/x", "no/such/parent" };

	write_file(in_scratch("file"), "", 0);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct lease_store *s = NULL;
		struct error e = { .status = STATUS_DONE };

		check(lease_dir_open(in_scratch(places[i]), true, &s, &e) < 0, "%s", places[i]);
		assert_null(s);
		assert_int_equal(e.status, STATUS_FAILED);
		assert_contains(e.text, in_scratch(places[i]));
	}
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
		STORE_TEST(odd_names_never_meet),
		STORE_TEST(the_longest_name_has_a_lease),
		STORE_TEST(what_is_claimed_can_be_found),
		STORE_TEST(no_look_up_reads_the_directory),
		STORE_TEST(rubbish_in_the_directory_does_no_harm),
		STORE_TEST(a_link_to_nowhere_keeps_the_address),
		STORE_TEST(a_lease_under_another_name_is_none),
		STORE_TEST(a_reader_makes_nothing),
		STORE_TEST(a_reader_sees_what_a_writer_stored),
		STORE_TEST(places_that_are_no_directory_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
