/* Tests that a container that moves has one present lease, and that its former one is not
 * forgotten. */
#include "store.h"

/* The former address of the container, or "". */
static const char *former(const char *ident)
{
	static char text[INET6_ADDRSTRLEN];
	struct lease l;
	struct error e;
	int r = store->ops->former(store, ident, &l, &e);

	check(r >= 0, "%s", e.text);
	if (r == 0)
		return "";
	assert_string_equal(l.ident, ident);
	return inet_ntop(AF_INET6, &l.address, text, sizeof(text));
}

static void give_up(struct lease l)
{
	l.freed = time(NULL);
	update(&l);
}

static void remove_lease(const struct lease *l)
{
	struct error e;

	check(store->ops->remove(store, l, &e) == 0, "%s", e.text);
}

TEST(one_that_has_not_moved_has_no_former_lease)
{
	assert_string_equal(former("lxc:a"), "");
	claim("lxc:a", "2001:db8::5");
	assert_string_equal(former("lxc:a"), "");
	claim("lxc:a", "2001:db8::5");
	assert_string_equal(former("lxc:a"), "");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
}

TEST(one_that_moves_has_a_former_lease_until_that_is_given_up)
{
	struct lease before = claim("lxc:a", "2001:db8::5");

	claim("lxc:a", "2001:db8::6");
	assert_string_equal(found("lxc:a"), "2001:db8::6");
	assert_string_equal(former("lxc:a"), "2001:db8::5");
	assert_string_equal(former("lxc:b"), "");
	give_up(before);
	assert_string_equal(former("lxc:a"), "");
	assert_string_equal(found("lxc:a"), "2001:db8::6");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
}

TEST(a_former_lease_that_is_removed_is_none)
{
	struct lease before = claim("lxc:a", "2001:db8::5");

	claim("lxc:a", "2001:db8::6");
	remove_lease(&before);
	assert_string_equal(former("lxc:a"), "");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
}

TEST(a_move_is_taken_back)
{
	struct lease after;

	claim("lxc:a", "2001:db8::5");
	after = claim("lxc:a", "2001:db8::6");
	remove_lease(&after);
	/* killed here, it has the former one */
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	assert_string_equal(former("lxc:a"), "");
	claim("lxc:a", "2001:db8::5");
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	assert_string_equal(former("lxc:a"), "");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
}

/* Makes the links as they are when a claim is killed before it links: only what was made before. */
static void kill_before_the_link(const char *file)
{
	unlink(in_scratch("leases/lxc:a.json"));
	unlink(in_scratch("leases/lxc:a.json.left"));
	assert_return_code(symlink(file, in_scratch("leases/lxc:a.json.left")), errno);
}

TEST(a_claim_that_was_killed_before_its_link_is_the_container_s)
{
	claim("lxc:a", "2001:db8::5");
	kill_before_the_link("2001:db8::5.json");
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	/* asked for a former one, with the container locked, it is put right */
	assert_string_equal(former("lxc:a"), "");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
	assert_string_equal(found("lxc:a"), "2001:db8::5");
}

TEST(a_claim_that_was_killed_before_its_file_is_none)
{
	claim("lxc:b", "2001:db8::9");
	kill_before_the_link("2001:db8::5.json");
	assert_string_equal(found("lxc:a"), "");
	kill_before_the_link("2001:db8::9.json"); /* another has won */
	assert_string_equal(found("lxc:a"), "");
	kill_before_the_link("../../../etc/passwd");
	assert_string_equal(found("lxc:a"), "");
	claim("lxc:a", "2001:db8::6");
	assert_string_equal(found("lxc:a"), "2001:db8::6");
	assert_string_equal(former("lxc:a"), "");
	assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
}

TEST(a_claim_that_another_has_won_leaves_no_link)
{
	struct lease l = lease_of("lxc:a", "2001:db8::9"), holder;
	struct error e;

	claim("lxc:b", "2001:db8::9");
	assert_int_equal(store->ops->claim(store, &l, &holder, &e), -EEXIST);
	assert_int_equal(count_files("leases", "lxc:a.json"), 0);
}

TEST(the_first_of_two_moves_that_did_not_end_is_kept)
{
	claim("lxc:a", "2001:db8::5");
	claim("lxc:a", "2001:db8::6");
	give_up(claim("lxc:a", "2001:db8::7"));
	claim("lxc:a", "2001:db8::8");
	assert_string_equal(former("lxc:a"), "2001:db8::5");
}

TEST(what_is_not_the_container_s_is_no_former_lease)
{
	static const char *const targets[] = {
		"../../../etc/passwd", "2001:db8::9.json", /* another's */
		"2001:db8::77.json",			   /* nobody's */
		"2001:db8::6.json",			   /* the present one */
		"lxc:a.json",
	};

	claim("lxc:b", "2001:db8::9");
	claim("lxc:a", "2001:db8::6");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		assert_return_code(symlink(targets[i], in_scratch("leases/lxc:a.json.left")),
				   errno);
		assert_string_equal(former("lxc:a"), "");
		assert_int_equal(count_files("leases", "lxc:a.json.left"), 0);
		assert_string_equal(found("lxc:a"), "2001:db8::6");
	}
}

TEST(no_name_is_that_of_another_s_former_lease)
{
	claim("lxc:a", "2001:db8::5");
	claim("lxc:a.json.left", "2001:db8::7");
	claim("lxc:a", "2001:db8::6");
	assert_string_equal(found("lxc:a.json.left"), "2001:db8::7");
	assert_string_equal(former("lxc:a"), "2001:db8::5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(one_that_has_not_moved_has_no_former_lease),
		STORE_TEST(one_that_moves_has_a_former_lease_until_that_is_given_up),
		STORE_TEST(a_former_lease_that_is_removed_is_none),
		STORE_TEST(a_move_is_taken_back),
		STORE_TEST(a_claim_that_was_killed_before_its_link_is_the_container_s),
		STORE_TEST(a_claim_that_was_killed_before_its_file_is_none),
		STORE_TEST(a_claim_that_another_has_won_leaves_no_link),
		STORE_TEST(the_first_of_two_moves_that_did_not_end_is_kept),
		STORE_TEST(what_is_not_the_container_s_is_no_former_lease),
		STORE_TEST(no_name_is_that_of_another_s_former_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
