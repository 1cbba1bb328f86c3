/* Checks which names are containers, and that no two of them share the key of a lease. */
#include "unit.h"

#include <pwd.h>

#include "base/ident.h"
#include "base/user.h"

static const char *const engines[] = { "lxc", "docker", NULL };

/* A text of len times the letter x. */
static const char *xes(size_t len)
{
	static char text[4096];

	memset(text, 'x', len);
	text[len] = '\0';
	return text;
}

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
		{ "nobody/lxc:web1", nobody }, { "nobody/docker:web1", nobody },
		{ "54321/lxc:web1", 54321 },   { "4294967294/lxc:web1", 4294967294 },
		{ "054321/lxc:web1", 54321 },  { "lxc:web1", 0 },
		{ "root/lxc:web1", 0 },	       { "0/lxc:web1", 0 },
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
	assert_int_equal(ident_from_key("054321/lxc:web1", &id), 0);
	assert_string_equal(ident_text(&id, text), "54321/lxc:web1");
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

TEST(keys_are_written)
{
	char text[IDENT_TEXT_MAX];

	assert_ptr_equal(ident_text(&(struct ident){ 0, "lxc", "web1", "" }, text), text);
	assert_string_equal(text, "lxc:web1");
	assert_string_equal(ident_text(&(struct ident){ 0, "lxc", "web1", "/srv/lxc" }, text),
			    "lxc:web1@/srv/lxc");
	assert_string_equal(ident_text(&(struct ident){ 0, "docker", "a:b@c", "" }, text),
			    "docker:a:b@c");
	assert_string_equal(ident_text(&(struct ident){ 4294967294, "lxc", "a", "/b" }, text),
			    "4294967294/lxc:a@/b");
}

static const uid_t owners[] = { 0, 1, 10, 4294967294 };

static const char *const runtimes[] = { "lxc", "docker", "elsewhere-12345" };

static const char *const names[] = {
	"a",	 "b",	"aa", "@",  "a@",      "a@b", "@@",	  ":",	 "a:b",
	"lxc:a", "lxc", "-n", "%n", "two wds", ".a",  "\xc3\xa4", "...",
};

static const char *const paths[] = {
	"", "/", "/a", "/a@", "/a@/b", "/a:b", "/@/", "/two wds", "/var/lib/lxc", "/\xc3\xa4",
};

/* Every combination of the above, one after the other; false when there are no more. */
static bool next_ident(size_t *turn, struct ident *ret)
{
	size_t n = (*turn)++;

	if (n >= ARRAY_SIZE(owners) * ARRAY_SIZE(runtimes) * ARRAY_SIZE(names) * ARRAY_SIZE(paths))
		return false;
	*ret = (struct ident){ .owner = owners[n % ARRAY_SIZE(owners)] };
	n /= ARRAY_SIZE(owners);
	strcpy(ret->path, paths[n % ARRAY_SIZE(paths)]);
	strcpy(ret->name, names[n / ARRAY_SIZE(paths) % ARRAY_SIZE(names)]);
	strcpy(ret->runtime, runtimes[n / ARRAY_SIZE(paths) / ARRAY_SIZE(names)]);
	return true;
}

static void check_round_trip(const struct ident *id)
{
	char text[IDENT_TEXT_MAX];
	struct ident back;

	check(ident_from_text(ident_text(id, text), &back) == 0, "\"%s\" is not read", text);
	assert_int_equal(back.owner, id->owner);
	assert_string_equal(back.runtime, id->runtime);
	assert_string_equal(back.name, id->name);
	assert_string_equal(back.path, id->path);
	assert_int_equal(ident_from_key(text, &back), 0);
	assert_int_equal(back.owner, id->owner);
}

TEST(keys_make_the_round_trip)
{
	struct ident id;

	for (size_t turn = 0; next_ident(&turn, &id);)
		check_round_trip(&id);
}

TEST(the_longest_key_makes_the_round_trip)
{
	struct ident id = { .owner = 4294967294, .path = "/" };

	strcpy(id.runtime, xes(IDENT_RUNTIME_MAX));
	strcpy(id.name, xes(IDENT_NAME_MAX));
	strcpy(id.path + 1, xes(IDENT_PATH_MAX - 1));
	check_round_trip(&id);
}

TEST(no_two_containers_share_a_key)
{
	struct ident a, b;

	for (size_t i = 0; next_ident(&i, &a);) {
		char one[IDENT_TEXT_MAX];

		ident_text(&a, one);
		for (size_t k = i; next_ident(&k, &b);) {
			char other[IDENT_TEXT_MAX];

			check(strcmp(one, ident_text(&b, other)) != 0, "two are \"%s\"", one);
		}
	}
}

TEST(what_is_no_key_is_refused)
{
	static const char *const bad[] = {
		"",
		"web1",
		"lxc",
		":",
		"lxc:",
		":web1",
		"lxc:.",
		"lxc:..",
		"lxc:@/a",
		"lxc:a/b",
		"lxc:/a",
		"sixteen-letters-:a",
		"lxc:\n",
		"lxc:a\x7f@/",
		"lxc:a@/b\nc",
		"lxc:a@/\x1b[2J",
		"lxc:a@/\xc2\x85",
		"lxc:a\xff",
		/* one key for one user: their number as it is written, and no name */
		"0/lxc:a",
		"00/lxc:a",
		"01/lxc:a",
		"nobody/lxc:a",
		"root/lxc:a",
		"/lxc:a",
		"+1/lxc:a",
		"-1/lxc:a",
		" 1/lxc:a",
		"1 /lxc:a",
		"1x/lxc:a",
		"4294967295/lxc:a",
		"99999999999/lxc:a",
		"1/2/lxc:a",
		"1/lxc:a/b",
		"1/:a",
		"1/lxc:",
		"1/a",
		"1/",
		"1//lxc:a",
	};
	char text[IDENT_TEXT_MAX + 64];
	struct ident id = { .name = "untouched" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(ident_from_text(bad[i], &id) == -EINVAL, "\"%s\" is accepted", bad[i]);
	snprintf(text, sizeof(text), "lxc:%.*s", IDENT_NAME_MAX + 1, xes(IDENT_NAME_MAX + 1));
	assert_int_equal(ident_from_text(text, &id), -EINVAL);
	snprintf(text, sizeof(text), "lxc:a@/%.*s", IDENT_PATH_MAX, xes(IDENT_PATH_MAX));
	assert_int_equal(ident_from_text(text, &id), -EINVAL);
	snprintf(text, sizeof(text), "lxc:%.*s", IDENT_TEXT_MAX, xes(IDENT_TEXT_MAX));
	assert_int_equal(ident_from_text(text, &id), -EINVAL);
	assert_string_equal(id.name, "untouched");
}

TEST(damaged_keys_do_no_harm)
{
	uint64_t seed = 5453;
	unsigned int read = 0;

	for (int i = 0; i < 40000; i++) {
		char text[64] = "1000/lxc:web1@/srv/lxc", again[IDENT_TEXT_MAX];
		size_t len;
		struct ident id;

		if (i % 2)
			memmove(text, text + 5, strlen(text + 5) + 1);
		len = strlen(text);
		mutate(text, &len, &seed);
		if (ident_from_text(text, &id) < 0)
			continue;
		read++;
		assert_string_equal(ident_text(&id, again), text);
	}
	assert_in_range(read, 1, 39999);
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
		cmocka_unit_test(keys_are_written),
		cmocka_unit_test(keys_make_the_round_trip),
		cmocka_unit_test(the_longest_key_makes_the_round_trip),
		cmocka_unit_test(no_two_containers_share_a_key),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(damaged_keys_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
