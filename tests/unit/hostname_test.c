/* Checks which names may stand in a hosts file or a zone, and which of them are the host's own. */
#include "unit.h"

#include "base/hostname.h"

TEST(names_are_those_of_rfc_1123)
{
	static const struct {
		const char *text, *want; /* null: it is none */
	} rows[] = {
		{ "web1", "web1" },
		{ "WWW.Example.ORG", "www.example.org" },
		{ "3com.example", "3com.example" },
		{ "1.2.3.4a", "1.2.3.4a" },
		{ "a-b.c", "a-b.c" },
		{ "x", "x" },
		{ "", NULL },
		{ ".", NULL },
		{ "a.", NULL },
		{ ".a", NULL },
		{ "a..b", NULL },
		{ "-a", NULL },
		{ "a-", NULL },
		{ "a.-b", NULL },
		{ "a-.b", NULL },
		{ "a_b", NULL },
		{ "a b", NULL },
		{ "a\tb", NULL },
		{ "a\nb", NULL },
		{ "a#b", NULL },
		{ "a;b", NULL },
		{ "*.example.org", NULL },
		{ "$(id)", NULL },
		{ "b\xc3\xbc"
		  "cher.example",
		  NULL },
		{ "1.2.3.4", NULL },
		{ "web.1", NULL },
		{ "::1", NULL },
		{ "2001:db8::1", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[HOSTNAME_MAX] = "untouched";
		bool is = hostname_read(rows[i].text, name);

		check(is == (rows[i].want != NULL), "row %zu, %s", i, rows[i].text);
		assert_string_equal(name, is ? rows[i].want : "untouched");
	}
}

TEST(lengths_are_bounded)
{
	char text[300], name[HOSTNAME_MAX];

	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	assert_true(hostname_read(text, name));
	text[63] = 'a';
	text[64] = '\0';
	assert_false(hostname_read(text, name));
	memset(text, 'a', sizeof(text));
	for (size_t i = 63; i < 253; i += 64)
		text[i] = '.';
	text[253] = '\0';
	assert_true(hostname_read(text, name));
	text[253] = 'a';
	text[254] = '\0';
	assert_false(hostname_read(text, name));
}

TEST(what_is_below_a_domain)
{
	assert_true(hostname_is_below("www.example.org", "example.org"));
	assert_true(hostname_is_below("a.b.example.org", "example.org"));
	assert_false(hostname_is_below("example.org", "example.org"));
	assert_false(hostname_is_below("badexample.org", "example.org"));
	assert_false(hostname_is_below("www.example.org.evil", "example.org"));
	assert_false(hostname_is_below("org", "example.org"));
}

TEST(the_hosts_own_names_are_known)
{
	static const struct {
		const char *name, *domain, *host;
		bool own;
	} rows[] = {
		{ "srv", NULL, "srv", true },
		{ "srv", NULL, "SRV.example.org", true },
		{ "srv.example.org", NULL, "srv.example.org", true },
		{ "srv.example.org", "example.org", "srv", true },
		{ "srv.example.net", "example.org", "srv", false },
		{ "srv.a.example.org", "example.org", "srv", false },
		{ "srv1", NULL, "srv", false },
		{ "sr", NULL, "srv", false },
		{ "wpad", NULL, "srv", true },
		{ "wpad.example.org", "example.org", "srv", true },
		{ "isatap", NULL, "srv", true },
		{ "wpad1", NULL, "srv", false },
		{ "www.wpad.org", NULL, "srv", false },
		{ "localhost", NULL, "srv", true },
		{ "db.localhost", NULL, "srv", true },
		{ "localhost.example.org", "example.org", "srv", false },
		{ "localhost", "example.org", "srv", true },
		{ "localhost6", NULL, "srv", true },
		{ "localhost.localdomain", "localdomain", "srv", true },
		{ "ip6-localhost", NULL, "srv", true },
		{ "ip6-allnodes", NULL, "srv", true },
		{ "ip6-allnodes.example.org", "example.org", "srv", false },
		{ "ip6-web", NULL, "srv", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(hostname_is_own(rows[i].name, rows[i].domain, rows[i].host) == rows[i].own,
		      "row %zu, %s", i, rows[i].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_rfc_1123),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(what_is_below_a_domain),
		cmocka_unit_test(the_hosts_own_names_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
