/* Checks that no two containers share the key of a lease, and that each key is read as it was
 * written. */
#include "unit.h"

#include "base/ident.h"

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
		cmocka_unit_test(keys_are_written),
		cmocka_unit_test(keys_make_the_round_trip),
		cmocka_unit_test(the_longest_key_makes_the_round_trip),
		cmocka_unit_test(no_two_containers_share_a_key),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(damaged_keys_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
