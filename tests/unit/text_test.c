/* Checks what is UTF-8, and how text is shown, named and hashed. */
#include "unit.h"

#include "base/text.h"

/* What text_is_utf8 says of bytes that end where their memory ends. */
static bool utf8(const char *text, size_t len)
{
	_free_ char *exact = malloc(len ? len : 1);

	assert_non_null(exact);
	memcpy(exact, text, len);
	return text_is_utf8(exact, len);
}

TEST(well_formed_utf8_is_accepted)
{
	static const char *const good[] = {
		"",
		"plain",
		"\x7f",
		"\xc2\x80",
		"\xdf\xbf",
		"\xe0\xa0\x80",
		"\xec\xbf\xbf",
		"\xed\x9f\xbf", /* the last before the surrogates */
		"\xee\x80\x80",
		"\xef\xbf\xbf",
		"\xf0\x90\x80\x80",
		"\xf3\xbf\xbf\xbf",
		"\xf4\x8f\xbf\xbf", /* U+10FFFF */
		"a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check(utf8(good[i], strlen(good[i])), "row %zu is refused", i);
	assert_true(utf8("a\0b", 3));
}

TEST(ill_formed_utf8_is_refused)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc0\x80", /* overlong */
		"\xc1\xbf",
		"\xe0\x80\xaf",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\xaf",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80", /* surrogates */
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80", /* past U+10FFFF */
		"\xf5\x80\x80\x80",
		"\xfe",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
		"\xe2(\xac",
		"\xf0\x9f\x98(",
		"\xf0\x9f(\x80",
		"good\xc3\xa4 then\xff",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(!utf8(bad[i], strlen(bad[i])), "row %zu is accepted", i);
}

TEST(utf8_that_ends_within_a_character_is_refused)
{
	static const char *const whole[] = { "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };

	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		for (size_t len = 1; len < strlen(whole[i]); len++)
			check(!utf8(whole[i], len), "row %zu cut to %zu is accepted", i, len);
		check(utf8(whole[i], strlen(whole[i])), "row %zu is refused", i);
	}
}

TEST(escaped_text_stays_on_its_line)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "plain %n \\ \"text\"", "plain %n \\ \"text\"" },
		{ "two\nlines\r", "two\\x0alines\\x0d" },
		{ "\t\x01\x1b[31m\x7f", "\\x09\\x01\\x1b[31m\\x7f" },
		{ "\xc2\x9b"
		  "0m",
		  "\\xc2\\x9b0m" }, /* U+009B is CSI to a terminal */
		{ "\xc2\xa0\xc3\xa4\xf0\x9f\x98\x80", "\xc2\xa0\xc3\xa4\xf0\x9f\x98\x80" },
		{ "a\xe2\x80\xae"
		  "b\xe2\x80\xa8"
		  "c",
		  "a\\xe2\\x80\\xaeb\\xe2\\x80\\xa8"
		  "c" }, /* U+202E, U+2028 */
		{ "\xd8\x9c\xe2\x80\x8f\xe2\x81\xa6", "\\xd8\\x9c\\xe2\\x80\\x8f\\xe2\\x81\\xa6" },
		{ "\xe2\x80\x8d\xe2\x80\xaf\xe2\x81\xaa\xd8\x9b",
		  "\xe2\x80\x8d\xe2\x80\xaf\xe2\x81\xaa\xd8\x9b" },
		{ "\xff\xc3(\xe2\x82", "\\xff\\xc3(\\xe2\\x82" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[128];

		assert_ptr_equal(text_escape(rows[i].text, out, sizeof(out)), out);
		assert_string_equal(out, rows[i].shown);
	}
}

TEST(numbers_are_digits_alone)
{
	static const char *const not_one[] = {
		"",
		" 1",
		"1 ",
		"+1",
		"-1",
		"01",
		"00",
		"0x1",
		"1x",
		"\t1",
		"4097",
		"18446744073709551616",
		"18446744073709551617",
	};
	unsigned long number = 7;

	for (size_t i = 0; i < ARRAY_SIZE(not_one); i++)
		check(!text_to_number(not_one[i], 4096, &number) && number == 7, "\"%s\" is %lu",
		      not_one[i], number);
	assert_false(text_to_number("18446744073709551616", ULONG_MAX, &number));
	assert_true(text_to_number("0", 4096, &number) && number == 0);
	assert_true(text_to_number("4096", 4096, &number) && number == 4096);
}

TEST(escaped_text_is_cut_between_characters)
{
	static const char text[] = "a\xc3\xa4\n\xc2\x85\xf0\x9f\x98\x80\xffz";
	char whole[64];

	text_escape(text, whole, sizeof(whole));
	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		_free_ char *out = malloc(size);

		assert_non_null(out);
		text_escape(text, out, size);
		check(strncmp(out, whole, strlen(out)) == 0, "%zu bytes: \"%s\"", size, out);
		check(text_is_utf8(out, strlen(out)), "%zu bytes cut a character", size);
		check(strlen(out) + 8 >= size, "%zu bytes: only %zu used", size, strlen(out));
	}
}

static char *filename(const char *text)
{
	static char names[2][256];
	static unsigned int turn;
	char *out = names[turn++ % 2];

	memset(out, 'X', 255);
	out[255] = '\0';
	return text_to_filename(text, out, 256);
}

TEST(file_names_are_encoded)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{ "lxc:web1", "lxc:web1" },
		{ "AZaz09._-:@", "AZaz09._-:@" },
		{ ".", "%2E" },
		{ "..", "%2E." },
		{ ".new-1", "%2Enew-1" },
		{ "a/b", "a%2Fb" },
		{ "a%2Fb", "a%252Fb" },
		{ "a b\n", "a%20b%0A" },
		{ "\xc3\xa4\xff", "%C3%A4%FF" },
		{ "~*?", "%7E%2A%3F" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(filename(rows[i].text), rows[i].name);
}

TEST(file_name_of_nothing_is_empty)
{
	assert_string_equal(filename(""), "");
}

TEST(file_names_are_never_too_long)
{
	char text[1400];

	for (size_t len = 1; len < sizeof(text); len++) {
		const char *name;

		memset(text, len % 2 ? 'x' : '/', len);
		text[len] = '\0';
		name = filename(text);
		check(strlen(name) <= 200, "%zu bytes make a name of %zu", len, strlen(name));
		check(!strchr(name, '/') && !strchr(name, 'X'), "%zu bytes make %s", len, name);
	}
}

TEST(file_names_of_long_texts_differ)
{
	static const char tails[][4] = { "a", "b", "", "aa", "/", "." };
	char a[600], b[600];

	for (size_t len = 170; len < 300; len++) {
		memset(a, 'x', len);
		memset(b, 'x', len);
		for (size_t i = 0; i < ARRAY_SIZE(tails); i++)
			for (size_t k = 0; k < i; k++) {
				strcpy(a + len, tails[i]);
				strcpy(b + len, tails[k]);
				check(strcmp(filename(a), filename(b)) != 0,
				      "%zu x and then %s, %s", len, tails[i], tails[k]);
			}
	}
}

TEST(no_text_has_the_file_name_of_one_that_was_cut)
{
	char text[300], cut[256];

	memset(text, 'x', 250);
	text[250] = '\0';
	strcpy(cut, filename(text));
	assert_string_not_equal(filename(cut), cut);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

TEST(no_two_texts_share_a_file_name)
{
	static const char letters[] = "aA/.%2F5~:@-\n\xc3\xa4";
	static char texts[4000][12], names[4000][256];
	size_t n = ARRAY_SIZE(texts), different = 1;
	uint64_t seed = 20260131;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 1 + next_random(&seed) % 10; k > 0; k--)
			texts[i][k - 1] = letters[next_random(&seed) % (sizeof(letters) - 1)];
	qsort(texts, n, sizeof(texts[0]), by_text);
	for (size_t i = 0; i < n; i++)
		text_to_filename(texts[i], names[i], sizeof(names[i]));
	for (size_t i = 1; i < n; i++)
		different += strcmp(texts[i], texts[i - 1]) != 0;
	qsort(names, n, sizeof(names[0]), by_text);
	for (size_t i = 1; i < n; i++)
		different -= strcmp(names[i], names[i - 1]) != 0;
	assert_int_equal(different, 1);
}

/* Stable addresses hang on these: a change moves every container in a large range. */
TEST(hash_never_changes)
{
	static const struct {
		const char *text;
		uint64_t seed, hash;
	} rows[] = {
		{ "", 0, UINT64_C(0xefd01f60ba992926) },
		{ "a", 0, UINT64_C(0x82a2a958a9bece5b) },
		{ "lxc:web1", 0, UINT64_C(0x02e010b2f3d8d72b) },
		{ "lxc:web1", 1, UINT64_C(0xf3824624835963ff) },
		{ "lxc:web1", 2, UINT64_C(0xd533801bab463ffd) },
		{ "docker:\xc3\xa4", 1, UINT64_C(0x7b73247ed117b759) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(text_hash(rows[i].text, rows[i].seed) == rows[i].hash, "row %zu: 0x%016llx",
		      i, (unsigned long long)text_hash(rows[i].text, rows[i].seed));
}

TEST(hash_spreads_short_names)
{
	unsigned int high[16] = { 0 }, low[16] = { 0 };

	for (int i = 0; i < 1600; i++) {
		char name[32];
		uint64_t h;

		snprintf(name, sizeof(name), "lxc:c%d", i);
		h = text_hash(name, 1);
		high[h >> 60]++;
		low[h & 15]++;
	}
	for (int i = 0; i < 16; i++)
		check(high[i] > 50 && high[i] < 150 && low[i] > 50 && low[i] < 150,
		      "sixteenth %d: %u, %u of 100", i, high[i], low[i]);
}

TEST(equal_texts)
{
	char copy[] = "same";

	assert_true(text_equal(NULL, NULL));
	assert_true(text_equal("same", copy));
	assert_false(text_equal("same", "other"));
	assert_false(text_equal("same", NULL));
	assert_false(text_equal(NULL, "same"));
	assert_false(text_equal("", NULL));
}

/* Each of the 256 ways to have zeros, and what looks like IPv4. */
TEST(addresses_are_written_as_the_c_library_does)
{
	uint64_t seed = 4291;

	for (int i = 0; i < 256 * 40; i++) {
		char out[INET6_ADDRSTRLEN], as[INET6_ADDRSTRLEN];
		struct in6_addr a = { 0 };

		for (int k = 0; k < 8; k++) {
			unsigned int n = (unsigned int)next_random(&seed) & 0xffff;

			/* of any number of digits */
			n >>= next_random(&seed) % 16;
			a.s6_addr[2 * k] = i >> k & 1 ? (unsigned char)(n >> 8) : 0;
			a.s6_addr[2 * k + 1] = i >> k & 1 ? (unsigned char)n : 0;
		}
		if (i % 40 == 7)
			a = (struct in6_addr){ .s6_addr = { [10] = 255, 255, 192, 0, 2, 1 } };
		inet_ntop(AF_INET6, &a, as, sizeof(as));
		assert_string_equal(text_address(&a, out), as);
	}
}

TEST(texts_are_joined_and_cut)
{
	char out[6];

	text_join("ab", "cd", out, sizeof(out));
	assert_string_equal(out, "abcd");
	text_join("abcd", "efg", out, sizeof(out));
	assert_string_equal(out, "abcde");
	text_join("abcdefg", "h", out, sizeof(out));
	assert_string_equal(out, "abcde");
	text_join("", "", out, 1);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_utf8_is_accepted),
		cmocka_unit_test(ill_formed_utf8_is_refused),
		cmocka_unit_test(utf8_that_ends_within_a_character_is_refused),
		cmocka_unit_test(escaped_text_stays_on_its_line),
		cmocka_unit_test(numbers_are_digits_alone),
		cmocka_unit_test(escaped_text_is_cut_between_characters),
		cmocka_unit_test(file_names_are_encoded),
		cmocka_unit_test(file_name_of_nothing_is_empty),
		cmocka_unit_test(file_names_are_never_too_long),
		cmocka_unit_test(file_names_of_long_texts_differ),
		cmocka_unit_test(no_text_has_the_file_name_of_one_that_was_cut),
		cmocka_unit_test(no_two_texts_share_a_file_name),
		cmocka_unit_test(hash_never_changes),
		cmocka_unit_test(hash_spreads_short_names),
		cmocka_unit_test(equal_texts),
		cmocka_unit_test(addresses_are_written_as_the_c_library_does),
		cmocka_unit_test(texts_are_joined_and_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
