/* Checks which names are containers, whose they are, and how people are shown them. */
#include "unit.h"

#include <pwd.h>

#include "base/ident.h"
#include "base/user.h"

static const char *const engines[] = { "lxc", "docker", NULL };

TEST(names_are_read)
{
	static const struct {
		const char *text, *runtime, *name;
	} rows[] = {
		{ "web1", "", "web1" },
		{ "lxc:web1", "lxc", "web1" },
		{ "docker:web1", "docker", "web1" },
		{ "lxc", "", "lxc" },
		{ "lxc2:a", "", "lxc2:a" },
		{ "LXC:a", "", "LXC:a" },
		{ "podman:a", "", "podman:a" },
		{ "incus:web_a", "", "incus:web_a" },
		{ "netns:a", "", "netns:a" },
		{ "lxc:docker:a", "lxc", "docker:a" },
		{ "lxc:lxc:a", "lxc", "lxc:a" },
		{ "a:b@c", "", "a:b@c" },
		{ "lxc::", "lxc", ":" },
		{ "two words", "", "two words" },
		{ "-n", "", "-n" },
		{ "%n%s", "", "%n%s" },
		{ "...", "", "..." },
		{ ".hidden", "", ".hidden" },
		{ "\xc3\xa4\xf0\x9f\x98\x80", "", "\xc3\xa4\xf0\x9f\x98\x80" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ident id;
		struct error e;

		check(ident_parse(rows[i].text, engines, &id, &e) == 0, "\"%s\" is refused",
		      rows[i].text);
		assert_string_equal(id.runtime, rows[i].runtime);
		assert_string_equal(id.name, rows[i].name);
		assert_string_equal(id.path, "");
	}
}

static void refuse(const char *text, const char *why)
{
	struct ident id = { .name = "untouched" };
	struct error e = { .status = STATUS_DONE };

	check(ident_parse(text, engines, &id, &e) == -EINVAL, "\"%s\" is accepted", text);
	assert_int_equal(e.status, STATUS_USAGE);
	assert_contains(e.text, why);
	assert_string_equal(id.name, "untouched");
}

TEST(what_is_no_name_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "empty" },
		{ "lxc:", "empty" },
		{ "docker:", "empty" },
		{ ".", "not a name" },
		{ "..", "not a name" },
		{ "lxc:..", "not a name" },
		{ "/", "'/'" },
		{ "a/b", "'/'" },
		{ "1000/web1", "'/'" },
		{ "lxc:1000/web1", "'/'" },
		{ "1000/lxc:a/b", "'/'" },
		{ "1000/1001/lxc:a", "'/'" },
		{ "1000/podman:a", "'/'" },
		{ "1000/lxc:", "empty" },
		{ "1000/lxc:..", "not a name" },
		{ "/lxc:a", "no user ''" },
		{ "no-such-user/lxc:a", "no user 'no-such-user'" },
		{ "-1/lxc:a", "no user" },
		{ "+1/lxc:a", "no user" },
		{ " 1/lxc:a", "no user" },
		{ "1 /lxc:a", "no user" },
		{ "1x/lxc:a", "no user" },
		{ "0x10/lxc:a", "no user" },
		{ "4294967295/lxc:a", "no user" },
		{ "4294967296/lxc:a", "no user" },
		{ "18446744073709551617/lxc:a", "no user" },
		{ "lxc:../a", "'/'" },
		{ "a\nb", "control" },
		{ "a\n", "control" },
		{ "a\tb", "control" },
		{ "\x1b[31m", "control" },
		{ "a\x7f", "control" },
		{ "\xff", "UTF-8" },
		{ "a\xc3", "UTF-8" },
		{ "\xed\xa0\x80", "UTF-8" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].why);
}

/* U+0085 and U+009B are control characters to text_escape, and to a terminal. */
TEST(control_characters_beyond_ascii_are_refused)
{
	refuse("a\xc2\x85"
	       "b",
	       "control");
	refuse("lxc:\xc2\x9b"
	       "31m",
	       "control");
}

TEST(names_have_255_bytes_at_most)
{
	struct ident id;
	struct error e;
	char text[400];

	assert_int_equal(ident_parse(xes(255), engines, &id, &e), 0);
	assert_string_equal(id.name, xes(255));
	snprintf(text, sizeof(text), "docker:%.255s", xes(255));
	assert_int_equal(ident_parse(text, engines, &id, &e), 0);
	assert_string_equal(id.name, xes(255));
	refuse(xes(256), "255");
	refuse(xes(300), "255");
	refuse(xes(4000), "255");
}

/* A user that every machine has, besides root. */
static const struct passwd *somebody(void)
{
	const struct passwd *found = getpwnam("nobody");

	check(found && found->pw_uid > 0, "this machine has no user nobody");
	return found;
}

TEST(owners_are_read_by_name_and_by_number)
{
	uid_t nobody = somebody()->pw_uid;
	const struct {
		const char *text;
		uid_t owner;
	} rows[] = {
		{ "nobody/lxc:web1", nobody },
		{ "nobody/docker:web1", nobody },
		{ "54321/lxc:web1", 54321 },
		{ "4294967294/lxc:web1", 4294967294 },
		{ "lxc:web1", 0 },
		{ "root/lxc:web1", 0 },
		{ "0/lxc:web1", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ident id;
		struct error e;

		check(ident_parse(rows[i].text, engines, &id, &e) == 0, "\"%s\" is refused",
		      rows[i].text);
		check(id.owner == rows[i].owner, "\"%s\" is user %u's", rows[i].text, id.owner);
		assert_string_equal(id.name, "web1");
	}
}

/* A name that is too long for a user leads to none, and past no buffer. */
TEST(long_users_are_refused)
{
	char text[600];

	for (size_t len = 30; len < 500; len++) {
		snprintf(text, sizeof(text), "%.*s/lxc:a", (int)len, xes(len));
		refuse(text, "no user");
	}
}

TEST(keys_of_the_administrator_name_users)
{
	static const char *const bad[] = {
		"0/lxc:a",
		"root/lxc:a",
		"/lxc:a",
		"no-such-user/lxc:a",
		"-1/lxc:a",
		"1x/lxc:a",
		"4294967295/lxc:a",
		"054321/lxc:a",
		"nobody/web1",
		"nobody/nobody/lxc:a",
		"nobody/lxc:",
		"nobody/lxc:a/b",
		"nobody/:a",
		"nobody/",
		"nobody",
		"lxc:nobody/a",
		"",
	};
	struct ident id = { .name = "untouched" };
	char number[64], text[IDENT_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(ident_from_key(bad[i], &id) == -EINVAL, "\"%s\" is accepted", bad[i]);
	assert_string_equal(id.name, "untouched");
	assert_int_equal(ident_from_key("nobody/lxc:web1", &id), 0);
	assert_int_equal(id.owner, somebody()->pw_uid);
	snprintf(number, sizeof(number), "%u/lxc:web1", somebody()->pw_uid);
	assert_string_equal(ident_text(&id, text), number);
	assert_int_equal(ident_from_key(number, &id), 0);
	assert_string_equal(ident_text(&id, text), number);
	assert_int_equal(ident_from_key("lxc:web1", &id), 0);
	assert_int_equal(id.owner, 0);
}

TEST(people_are_shown_names)
{
	struct ident id = { .owner = somebody()->pw_uid, .runtime = "lxc", .name = "web1" };
	char text[IDENT_TEXT_MAX + USER_NAME_MAX];

	assert_ptr_equal(ident_shown(&id, text, sizeof(text)), text);
	assert_string_equal(text, "nobody/lxc:web1");
	strcpy(id.path, "/srv/lxc");
	assert_string_equal(ident_shown(&id, text, sizeof(text)), "nobody/lxc:web1@/srv/lxc");
	id.owner = 54321;
	assert_string_equal(ident_shown(&id, text, sizeof(text)), "54321/lxc:web1@/srv/lxc");
	assert_string_equal(ident_container(&id, text), "54321/lxc:web1");
	id.owner = 0;
	assert_string_equal(ident_shown(&id, text, sizeof(text)), "lxc:web1@/srv/lxc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(control_characters_beyond_ascii_are_refused),
		cmocka_unit_test(names_have_255_bytes_at_most),
		cmocka_unit_test(owners_are_read_by_name_and_by_number),
		cmocka_unit_test(long_users_are_refused),
		cmocka_unit_test(keys_of_the_administrator_name_users),
		cmocka_unit_test(people_are_shown_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
