/* Units of base/expose.c: what words and lists of ports mean, and which are refused. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/expose.h"
#include "unit.h"

TEST(what_is_written_is_read)
{
	static const struct {
		const char *text, *shown; /* null: refused */
	} rows[] = {
		{ "all", "all" },
		{ "none", "none" },
		{ "published", "published" },
		{ "80/tcp", "80/tcp" },
		{ "80/tcp,53/udp", "80/tcp,53/udp" },
		{ " 80/tcp , 53/udp,", "80/tcp,53/udp" },
		{ "8000-8010/tcp", "8000-8010/tcp" },
		{ "80/tcp 81/tcp 82/tcp", "80-82/tcp" },
		{ "80/tcp 81/udp", "80/tcp,81/udp" },
		{ "80/tcp 80/tcp", "80/tcp" },
		{ "65535/udp 65535/tcp", "65535/tcp,65535/udp" },
		{ "53/udp,9999/tcp,10000/tcp,1/tcp", "1/tcp,9999-10000/tcp,53/udp" },
		{ "5-9/tcp 1-7/tcp 2/tcp", "1-9/tcp" },
		{ "1-256/tcp", "1-256/tcp" },
		{ "1-257/tcp", NULL },
		{ "1-200/tcp 300-400/udp", NULL },
		{ "1-65535/tcp", NULL },
		{ "", NULL },
		{ ",", NULL },
		{ "All", NULL },
		{ "all,80/tcp", NULL },
		{ "80", NULL },
		{ "80/sctp", NULL },
		{ "80/tcpx", NULL },
		{ "0/tcp", NULL },
		{ "080/tcp", NULL },
		{ "65536/tcp", NULL },
		{ "-1/tcp", NULL },
		{ "+1/tcp", NULL },
		{ "80-/tcp", NULL },
		{ "80-79/tcp", NULL },
		{ "80 /tcp", NULL },
		{ "1-2-3/tcp", NULL },
		{ "99999999999999999999999/tcp", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exposed e = { .word = EXPOSE_UNSAID };
		char text[EXPOSED_TEXT_MAX];
		int r = exposed_parse(rows[i].text, &e);

		check((r == 0) == (rows[i].shown != NULL), "'%s': %d", rows[i].text, r);
		if (!rows[i].shown)
			check(e.word == EXPOSE_UNSAID, "'%s' leaves something", rows[i].text);
		else
			check(strcmp(exposed_text(&e, text), rows[i].shown) == 0, "'%s': %s",
			      rows[i].text, text);
		check(exposed_is_valid(&e), "'%s' is not valid", rows[i].text);
	}
}

TEST(ranges_have_a_limit)
{
	struct exposed e = { .word = EXPOSE_LIST };
	char text[EXPOSED_TEXT_MAX], one[32];

	for (int i = 0; i < EXPOSED_RANGES; i++) {
		snprintf(one, sizeof(one), "%d-%d/udp", 60000 + 10 * i, 60001 + 10 * i);
		assert_int_equal(exposed_add(&e, one), 0);
	}
	assert_int_equal(exposed_add(&e, "1/tcp"), -E2BIG);
	assert_int_equal(exposed_add(&e, "60000/udp"), 0);
	assert_true(strlen(exposed_text(&e, text)) < sizeof(text) - 1);
	assert_int_equal(exposed_parse(text, &e), 0);
	assert_int_equal(e.count, EXPOSED_RANGES);
}

TEST(what_another_sends_is_checked)
{
	struct exposed e = { .word = EXPOSE_LIST, .count = 1, .ranges = { { 80, 80 } } };

	assert_true(exposed_is_valid(&e));
	e.ranges[0].last = 79;
	assert_false(exposed_is_valid(&e));
	e.ranges[0] = (struct exposed_range){ 0, 1 };
	assert_false(exposed_is_valid(&e));
	e.ranges[0] = (struct exposed_range){ 1, 65535 };
	assert_false(exposed_is_valid(&e));
	e = (struct exposed){ .word = EXPOSE_WORDS };
	assert_false(exposed_is_valid(&e));
	e = (struct exposed){ .word = EXPOSE_LIST, .count = EXPOSED_RANGES + 1 };
	assert_false(exposed_is_valid(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(ranges_have_a_limit),
		cmocka_unit_test(what_another_sends_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
