/* Checks that odd names, and whatever else lies in the directory of leases, do no harm. */
#include "store.h"

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
		STORE_TEST(odd_names_never_meet),
		STORE_TEST(the_longest_name_has_a_lease),
		STORE_TEST(what_is_claimed_can_be_found),
		STORE_TEST(rubbish_in_the_directory_does_no_harm),
		STORE_TEST(a_link_to_nowhere_keeps_the_address),
		STORE_TEST(a_lease_under_another_name_is_none),
		STORE_TEST(places_that_are_no_directory_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
