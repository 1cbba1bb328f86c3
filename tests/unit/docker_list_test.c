/* Checks that of Docker's list exactly the containers' IDs are read, in pieces of any size. */
#include "unit.h"

#include "runtime/docker_list.h"

static char ids[256];

static void on_found(const char *id, void *arg)
{
	check(arg == ids, "another argument");
	snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "<%s>", id);
}

/* Reads text, in two pieces: the first of `split` bytes. Returns as docker_list_read does. */
static int read_split(const char *text, size_t len, size_t split, struct docker_list *l)
{
	int r;

	*ids = '\0';
	memset(l, 0, sizeof(*l));
	r = docker_list_read(l, text, split, on_found, ids);
	return r < 0 ? r : docker_list_read(l, text + split, len - split, on_found, ids);
}

/* Checks what is found, wherever the text is split, and byte by byte. */
static void check_list(const char *text, size_t len, int want, bool whole, const char *found)
{
	struct docker_list l;

	for (size_t split = 0; split <= len; split++) {
		int r = read_split(text, len, split, &l);

		check(r == want, "%s, split at %zu: %d", text, split, r);
		check(docker_list_is_whole(&l) == whole, "%s, split at %zu: wrong end", text,
		      split);
		check(strcmp(ids, found) == 0, "%s, split at %zu: %s", text, split, ids);
	}
	*ids = '\0';
	memset(&l, 0, sizeof(l));
	for (size_t i = 0; i < len; i++) {
		_free_ char *byte = malloc(1);

		assert_non_null(byte);
		*byte = text[i];
		docker_list_read(&l, byte, 1, on_found, ids);
	}
	check(strcmp(ids, found) == 0, "%s, byte by byte: %s", text, ids);
	check(docker_list_is_whole(&l) == whole, "%s, byte by byte: wrong end", text);
}

TEST(ids_are_found)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ "[]", "" },
		{ " \r\n\t[ ] \n", "" },
		{ "[{}]", "" },
		{ "[{\"Id\":\"a\"}]", "<a>" },
		{ "[ { \"Id\" : \"a\" } , { \"Id\" : \"b\" } ]\n", "<a><b>" },
		{ "[{\"Names\":[\"/x\"],\"Id\":\"a\",\"Ports\":[]},{\"Id\":\"b\",\"n\":1}]",
		  "<a><b>" },
		/* somebody's labels, networks, mounts */
		{ "[{\"Labels\":{\"Id\":\"no\"},\"Id\":\"a\"}]", "<a>" },
		{ "[{\"Id\":\"a\",\"Mounts\":[{\"Id\":\"no\"}],\"X\":{\"Y\":{\"Id\":\"no\"}}}]",
		  "<a>" },
		{ "[{\"Id\":{\"Id\":\"no\"}},{\"Id\":[\"no\"]},{\"Id\":\"a\"}]", "<a>" },
		/* other keys and kinds */
		{ "[{\"id\":\"no\"},{\"ID\":\"no\"},{\"Idx\":\"no\"},{\"I\":\"no\"},{\"\":\"no\"}]",
		  "" },
		{ "[{\"ImageID\":\"no\",\"NetId\":\"no\",\"Id\":\"a\"}]", "<a>" },
		{ "[{\"Id\":5},{\"Id\":null},{\"Id\":true},{\"Id\":-1.5e+3},{\"Id\":\"a\"}]",
		  "<a>" },
		{ "[{\"Id\":5,\"x\":\"no\"},{\"Id\":null,\"Id2\":\"no\"}]", "" },
		{ "[{\"Id\":\"\"}]", "" },
		{ "[{\"x\":\"Id\",\"y\":\"no\"},{\"x\":\"Id\"},\"Id\",\"no\"]", "" },
		{ "[[\"Id\",\"no\"],[\"Id\"],1,{\"Id\":\"a\"}]", "<a>" },
		{ "[[{\"Id\":\"no\"}],{\"Id\":\"a\"}]", "<a>" },
		/* brackets, quotes, commas within strings */
		{ "[{\"x\":\"}]{[\",\"Id\":\"a\"}]", "<a>" },
		{ "[{\"}]\":\"{\\\"Id\\\":\\\"no\\\"}\",\"Id\":\"a\"}]", "<a>" },
		{ "[{\"x\":\"\\\\\",\"Id\":\"a\"},{\"x\":\"\\\"\",\"Id\":\"b\"}]", "<a><b>" },
		{ "[{\"x\":\",\\\"Id\\\":\",\"y\":\"no\"}]", "" },
		{ "[{\"x\":\"\\u005d\\u0000\",\"Id\":\"a\"}]", "<a>" },
		/* escapes make no ID */
		{ "[{\"Id\":\"a\\u0062\"},{\"Id\":\"\\\"\"},{\"I\\u0064\":\"no\"},{\"Id\":\"c\"}]",
		  "<c>" },
		{ "[{\"Id\":\"a\xc3\xa9\"}]", "<a\xc3\xa9>" },
		{ "[{\"Id\":\"a\",\"Id\":\"b\"}]", "<a><b>" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_list(rows[i].text, strlen(rows[i].text), 0, true, rows[i].found);
}

TEST(what_is_truncated_is_not_whole)
{
	static const char text[] = "[{\"x\":[{\"y\":\"\\\"\"}],\"Id\":\"a\"}]";
	struct docker_list l;

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		int r = read_split(text, len, len / 2, &l);

		check(r == 0, "%zu bytes: %d", len, r);
		check(!docker_list_is_whole(&l), "%zu bytes are whole", len);
		check((*ids != '\0') == (len >= sizeof(text) - 3), "%zu bytes: %s", len, ids);
	}
}

TEST(what_is_no_list_is_refused)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ "{}", "" },
		{ "{\"Id\":\"no\"}", "" },
		{ "null", "" },
		{ "\"Id\"", "" },
		{ "]", "" },
		{ "[}", "" },
		{ "[{]", "" },
		{ "[[}", "" },
		{ "[{\"Id\":\"a\"}}", "<a>" },
		{ "[{\"Id\":\"a\"}]]", "<a>" },
		{ "[{\"Id\":\"a\"}][{\"Id\":\"no\"}]", "<a>" },
		{ "[{\"Id\":\"a\"}]x", "<a>" },
		{ "[\x01]", "" },
		{ "[{\"Id\":\\\"no\"}]", "" },
		{ "\xef\xbb\xbf[]", "" },
		{ "<html>", "" },
	};
	static const char zero[] = "[\0]", in_id[] = "[{\"Id\":\"a\0b\"}]";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_list(rows[i].text, strlen(rows[i].text), -EBADMSG, false, rows[i].found);
	check_list(zero, sizeof(zero) - 1, -EBADMSG, false, "");
	check_list(in_id, sizeof(in_id) - 1, 0, true, "");
}

TEST(length_of_an_id)
{
	char text[256], longest[ENGINE_ID_MAX], want[ENGINE_ID_MAX + 2];

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	snprintf(text, sizeof(text), "[{\"Id\":\"%s\"}]", longest);
	snprintf(want, sizeof(want), "<%s>", longest);
	check_list(text, strlen(text), 0, true, want);
	snprintf(text, sizeof(text), "[{\"Id\":\"%sx\"},{\"Id\":\"a\"}]", longest);
	check_list(text, strlen(text), 0, true, "<a>");
}

TEST(depth_has_no_end)
{
	struct docker_list l = { 0 };
	static const char open = '[', close = ']';

	*ids = '\0';
	for (int i = 0; i < 1000000; i++)
		assert_int_equal(docker_list_read(&l, &open, 1, on_found, ids), 0);
	for (int i = 0; i < 1000000; i++)
		assert_int_equal(docker_list_read(&l, &close, 1, on_found, ids), 0);
	assert_true(docker_list_is_whole(&l));
	assert_string_equal(ids, "");
}

/* As watch/named.c reads a container: an object in brackets, and longer values than an ID. */
TEST(another_key)
{
	static const char text[] =
		"[{\"Id\":\"x\",\"Config\":{\"Name\":\"/no\",\"Labels\":{\"a\":\"\\\",\\\"Name\\\":"
		"\\\"/no\"}},\"Name\":\"/"
		"012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789\"}\n]";
	struct docker_list l = { .wanted = "Name" };

	*ids = '\0';
	assert_int_equal(docker_list_read(&l, text, strlen(text), on_found, ids), 0);
	assert_true(docker_list_is_whole(&l));
	assert_string_equal(ids,
			    "</01234567890123456789012345678901234567890123456789012345678901234"
			    "56789012345678901234567890123456789>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_found),
		cmocka_unit_test(what_is_truncated_is_not_whole),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(length_of_an_id),
		cmocka_unit_test(depth_has_no_end),
		cmocka_unit_test(another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
