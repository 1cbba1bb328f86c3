/* Checks that JSON is taken whole and strictly, and that whole numbers are whole and in range. */
#include "unit.h"

#include <time.h>

#include "base/json.h"

/* Parses text whose memory ends behind the terminating zero. */
static int parse(const char *text, size_t len, json_t **ret, struct error *e)
{
	_free_ char *exact = malloc(len + 1);

	assert_non_null(exact);
	memcpy(exact, text, len);
	exact[len] = '\0';
	return json_parse(exact, len, ret, e);
}

static void refuse(const char *text, size_t len, const char *why)
{
	struct error e = { .status = STATUS_DONE };
	json_t *json = NULL;

	check(parse(text, len, &json, &e) == -EINVAL, "accepted: %s", text);
	assert_null(json);
	assert_int_equal(e.status, STATUS_USAGE);
	assert_contains(e.text, why);
	assert_null(strchr(e.text, '\n'));
}

TEST(values_are_parsed)
{
	static const char *const good[] = {
		"{}",
		"[]",
		"null",
		"true",
		"-1.5e3",
		"\"\"",
		" \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		"{\"a\":{\"x\":1},\"b\":{\"x\":1}}",
		"{\"a\":1,\"A\":2}",
		"[{\"a\":1},{\"a\":1}]",
		"\"\\ud83d\\ude00 \\u00e4 \\\" \\\\ \\/ \\b\\f\\n\\r\\t\"",
		"\"\xc3\xa4\xf0\x9f\x98\x80\"",
		"\"\\\\u0000\"",  /* a backslash and then u0000 */
		"\xef\xbb\xbf{}", /* a byte order mark */
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_json_ json_t *json = NULL;
		struct error e;

		check(parse(good[i], strlen(good[i]), &json, &e) == 0, "refused: %s", good[i]);
		assert_non_null(json);
	}
}

TEST(what_is_not_json_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "empty" },
		{ " ", "not valid" },
		{ "{", "not valid" },
		{ "}", "not valid" },
		{ "[1,2", "not valid" },
		{ "[1,]", "not valid" },
		{ "{\"a\":1,}", "not valid" },
		{ "{\"a\" 1}", "not valid" },
		{ "{a:1}", "not valid" },
		{ "{'a':1}", "not valid" },
		{ "{1:1}", "not valid" },
		{ "nul", "not valid" },
		{ "True", "not valid" },
		{ "NaN", "not valid" },
		{ "Infinity", "not valid" },
		{ "0x10", "not valid" },
		{ "+1", "not valid" },
		{ "-", "not valid" },
		{ "\"open", "not valid" },
		{ "\"\\x41\"", "not valid" },
		{ "\"\\u12\"", "not valid" },
		{ "\"\\ud800\"", "not valid" }, /* half of a surrogate pair */
		{ "\"\\udc00\"", "not valid" },
		{ "\"\\ud800\\u0041\"", "not valid" },
		{ "// note\n{}", "not valid" },
		{ "01", "not valid" },
		{ "1.", "not valid" },
		{ "\"a\tb\"", "not valid" }, /* a control character as it is */
		{ "1e400", "too large" },
		{ "-1e400", "too large" },
		{ "{} x", "not valid" },
		{ "{}{}", "not valid" },
		{ "{} []", "not valid" },
		{ "1 2", "not valid" },
		{ "\"\xff\"", "UTF-8" },
		{ "{} \xc3", "UTF-8" },
		{ "\"\xed\xa0\x80\"", "UTF-8" },
		{ "\"\\u0000\"", "\\u0000" },
		{ "{\"a\\u0000b\":1}", "\\u0000" },
		{ "\"\\\\\\u0000\"", "\\u0000" }, /* a backslash and then a zero */
		{ "{\"a\":1,\"a\":1}", "\"a\" stands twice" },
		{ "{\"a\":1,\"\\u0061\":1}", "stands twice" },
		{ "{\"x\":[{\"k\":{}, \"b\":0, \"k\":{}}]}", "\"k\" stands twice" },
		{ "{\"\":1,\"\":1}", "stands twice" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, strlen(rows[i].text), rows[i].why);
}

TEST(zero_bytes_are_refused)
{
	refuse("{}\0", 3, "zero byte");
	refuse("\0{}", 3, "zero byte");
	refuse("{\"a\0\":1}", 8, "zero byte");
}

TEST(messages_tell_the_line)
{
	refuse("{\n\"a\": 1,\n\"b\": x\n}", 18, "line 3");
	refuse("x", 1, "line 1");
	refuse("[\n\n\n\"\\u0000\"]", 13, "line 4");
}

TEST(deep_nesting_is_no_crash)
{
	const size_t deep = 100000;
	_free_ char *text = malloc(2 * deep + 1);

	assert_non_null(text);
	memset(text, '[', deep);
	memset(text + deep, ']', deep);
	text[2 * deep] = '\0';
	refuse(text, deep, "not valid");
	refuse(text, 2 * deep, "not valid");
	for (size_t i = 0; i + 5 <= deep; i += 5)
		memcpy(text + i, "{\"a\":", 5);
	refuse(text, deep, "not valid");
}

/* An image's labels come from strangers, and an answer of Docker may have 4 MiB. */
TEST(many_keys_take_no_quadratic_time)
{
	enum { KEYS = 20000 };
	_free_ char *text = malloc(KEYS * 16 + 16);
	_json_ json_t *json = NULL;
	struct error e;
	clock_t before;
	size_t len = 1;

	assert_non_null(text);
	text[0] = '{';
	for (int i = 0; i < KEYS; i++)
		len += (size_t)sprintf(text + len, "\"k%d\":1,", i);
	text[len - 1] = '}';
	before = clock();
	assert_int_equal(json_parse(text, len, &json, &e), 0);
	assert_in_range(clock() - before, 0, CLOCKS_PER_SEC / 2);
}

TEST(members_are_found_by_their_exact_name)
{
	static const char text[] = "{\"Name\":\"x\",\"name\":\"y\",\"n\":1,\"empty\":\"\"}";
	_json_ json_t *json = NULL;
	struct error e;

	assert_int_equal(parse(text, strlen(text), &json, &e), 0);
	assert_string_equal(json_text(json, "Name"), "x");
	assert_string_equal(json_text(json, "name"), "y");
	assert_string_equal(json_text(json, "empty"), "");
	assert_null(json_text(json, "NAME"));
	assert_null(json_object_get(json, "NAME"));
	assert_null(json_text(json, "n"));
	assert_non_null(json_object_get(json, "n"));
	assert_null(json_object_get(json_object_get(json, "n"), "n"));
	assert_null(json_object_get(NULL, "n"));
	assert_null(json_text(NULL, "n"));
}

TEST(whole_numbers_are_whole_and_in_range)
{
	static const struct {
		const char *text;
		int64_t least, most;
		bool good;
		int64_t n;
	} rows[] = {
		{ "0", 0, 0, true, 0 },
		{ "5", 5, 5, true, 5 },
		{ "-5", -5, 5, true, -5 },
		{ "1e3", 0, 1000, true, 1000 },
		{ "7.0", 0, 9, true, 7 },
		{ "2147483648", 0, UINT32_MAX, true, INT64_C(2147483648) },
		{ "9007199254740992", 0, INT64_MAX, true, INT64_C(9007199254740992) },
		{ "-9223372036854775808", INT64_MIN, 0, true, INT64_MIN },
		{ "6", 0, 5, false, 0 },
		{ "-1", 0, 5, false, 0 },
		{ "1.5", 0, 5, false, 0 },
		{ "1e-9", 0, 5, false, 0 },
		{ "4294967297", 0, UINT32_MAX, false, 0 },
		{ "18446744073709551615", 0, INT64_MAX, false, 0 }, /* of 64 bits without a sign */
		{ "[18446744073709551615, 7]", 0, INT64_MAX, false, 0 },
		{ "\"5\"", 0, 9, false, 0 },
		{ "true", 0, 9, false, 0 },
		{ "null", 0, 9, false, 0 },
		{ "[5]", 0, 9, false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_json_ json_t *json = NULL;
		int64_t n = 4711;
		struct error e;

		assert_int_equal(parse(rows[i].text, strlen(rows[i].text), &json, &e), 0);
		check(json_whole(json, rows[i].least, rows[i].most, &n) == rows[i].good,
		      "row %zu: %s", i, rows[i].text);
		assert_int_equal(n, rows[i].good ? rows[i].n : 4711);
	}
	assert_false(json_whole(NULL, 0, 1, NULL));
}

/* 2^63 is no int64_t: storing it is undefined. */
TEST(whole_numbers_end_where_int64_ends)
{
	_json_ json_t *json = NULL;
	int64_t n = 4711;
	struct error e;

	assert_int_equal(parse("9223372036854775808", 19, &json, &e), 0);
	assert_false(json_whole(json, 0, INT64_MAX, &n));
}

TEST(damaged_json_is_read_or_refused)
{
	static const char whole[] =
		"{\"a\": [1, -2.5e1, \"\\u00e4\xc3\xa4\"], \"b\": {\"c\": null, "
		"\"d\": [true, false, {}]}}";
	uint64_t seed = 8259;
	unsigned int read = 0;

	for (int i = 0; i < 20000; i++) {
		_json_ json_t *json = NULL;
		char text[sizeof(whole)];
		size_t len = strlen(whole);
		struct error e;

		memcpy(text, whole, sizeof(whole));
		mutate(text, &len, &seed);
		if (parse(text, len, &json, &e) == 0)
			read++;
		else
			check(e.status == STATUS_USAGE && !strchr(e.text, '\n'), "%s", e.text);
	}
	assert_in_range(read, 1, 19999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_parsed),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(zero_bytes_are_refused),
		cmocka_unit_test(messages_tell_the_line),
		cmocka_unit_test(deep_nesting_is_no_crash),
		cmocka_unit_test(many_keys_take_no_quadratic_time),
		cmocka_unit_test(members_are_found_by_their_exact_name),
		cmocka_unit_test(whole_numbers_are_whole_and_in_range),
		cmocka_unit_test(whole_numbers_end_where_int64_ends),
		cmocka_unit_test(damaged_json_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
