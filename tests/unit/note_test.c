/* Checks that remarks reach whom they were promised to, and nobody else. */
#include "unit.h"

#include "base/note.h"

static enum note_level last_level;
static char last[2048];
static int count;

static void keep(enum note_level level, const char *text)
{
	last_level = level;
	snprintf(last, sizeof(last), "%s", text);
	count++;
}

TEST(remarks_reach_their_sink)
{
	note_to(keep);
	note(NOTE_WARNING, "%s is %d", "one", 1);
	assert_int_equal(last_level, NOTE_WARNING);
	assert_string_equal(last, "one is 1");
	note(NOTE_DETAIL, "%s", "100%s%n");
	assert_int_equal(last_level, NOTE_DETAIL);
	assert_string_equal(last, "100%s%n");
	assert_int_equal(count, 2);
}

TEST(remarks_without_a_sink_are_dropped)
{
	note_to(NULL);
	count = 0;
	note(NOTE_WARNING, "nobody hears this");
	assert_int_equal(count, 0);
}

TEST(long_remarks_are_cut)
{
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	note_to(keep);
	note(NOTE_WARNING, "%s", text);
	assert_in_range(strlen(last), 1000, 1024);
	assert_int_equal(strspn(last, "x"), strlen(last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remarks_reach_their_sink),
		cmocka_unit_test(remarks_without_a_sink_are_dropped),
		cmocka_unit_test(long_remarks_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
