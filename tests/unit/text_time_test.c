/* Checks how times are written and read. */
#include "unit.h"

#include <time.h>

#include "base/text.h"

static const struct {
	int64_t seconds;
	const char *text;
} times[] = {
	{ 0, "1970-01-01T00:00:00Z" },
	{ 951782400, "2000-02-29T00:00:00Z" },
	{ 1769903999, "2026-01-31T23:59:59Z" },
	{ 2147483648, "2038-01-19T03:14:08Z" },
	{ 253402300799, "9999-12-31T23:59:59Z" },
};

static void check_times(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		char out[32];

		assert_string_equal(text_time(times[i].seconds, out, sizeof(out)), times[i].text);
		assert_int_equal(text_parse_time(times[i].text), times[i].seconds);
	}
}

TEST(times_make_the_round_trip)
{
	check_times();
}

TEST(times_do_not_hang_on_the_time_zone)
{
	setenv("TZ", "America/St_Johns", 1);
	tzset();
	check_times();
	setenv("TZ", "XYZ-14", 1);
	tzset();
	check_times();
	unsetenv("TZ");
	tzset();
}

/* Every eleventh day of 8,000 years, which are all days of 400. */
TEST(every_day_is_the_c_librarys)
{
	for (int64_t t = 43200; t < 253402300799; t += 11 * 86400) {
		time_t seconds = t;
		char out[32], want[32];
		struct tm tm;

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_not_equal(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm), 0);
		assert_string_equal(text_time(t, out, sizeof(out)), want);
		assert_int_equal(text_parse_time(want), t);
	}
}

TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = {
		"",
		"now",
		"2026-01-31",
		"2026-01-31T23:59:59",
		"2026-01-31 23:59:59Z",
		"2026-01-31T23:59:59ZZ",
		"2026-01-31T23:59:59+01:00",
		"2026-13-01T00:00:00Z",
		"2026-01-32T00:00:00Z",
		"2026-01-31T24:00:00Z",
		"2026-01-31T23:60:00Z",
		"2026-01-31T23:59:60Z",
		"2026-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"1969-12-31T23:59:59Z",
		"2026-1-31T23:59:59Z",
		"\xff",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		check(text_parse_time(bad[i]) == -1, "\"%s\" is accepted", bad[i]);
}

TEST(a_time_past_all_calendars_is_no_crash)
{
	char out[32];

	assert_string_equal(text_time(INT64_MAX, out, sizeof(out)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_make_the_round_trip),
		cmocka_unit_test(times_do_not_hang_on_the_time_zone),
		cmocka_unit_test(every_day_is_the_c_librarys),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_time_past_all_calendars_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
