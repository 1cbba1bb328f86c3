/* Checks that programs are run without a shell, an environment or files of ours, and end in time.
 */
#include "unit.h"

#include "base/clock.h"
#include "base/program.h"

TEST(what_it_returns_is_what_the_program_did)
{
	struct error e;

	assert_int_equal(program_run((const char *[]){ "true", NULL }, 20000, &e), 0);
	assert_int_equal(program_run((const char *[]){ "false", NULL }, 20000, &e), -EIO);
}

TEST(one_that_is_not_there_is_told)
{
	struct error e;

	assert_int_equal(program_run((const char *[]){ "v6hook-nobody-has-this", NULL }, 1000, &e),
			 -ENOENT);
	assert_contains(e.text, "there is no v6hook-nobody-has-this");
	/* not by a path either */
	assert_int_equal(program_run((const char *[]){ "/bin/true", NULL }, 1000, &e), -ENOENT);
}

TEST(the_last_line_of_what_it_said_is_told)
{
	const char *const argv[] = { "sh", "-c", "echo first; echo >&2 the last; exit 3", NULL };
	struct error e;

	assert_int_equal(program_run(argv, 20000, &e), -EIO);
	assert_string_equal(e.text, "sh: the last");
}

TEST(what_it_says_is_kept)
{
	char line[8] = "former";
	struct error e;

	assert_int_equal(program_says((const char *[]){ "false", NULL }, 20000, line, 8, &e), -EIO);
	assert_string_equal(line, "former");
	assert_int_equal(program_says((const char *[]){ "sh", "-c", "echo one; echo two", NULL },
				      20000, line, 8, &e),
			 0);
	assert_string_equal(line, "two");
	assert_int_equal(
		program_says((const char *[]){ "echo", "123456789", NULL }, 20000, line, 8, &e), 0);
	assert_string_equal(line, "1234567");
	assert_int_equal(program_says((const char *[]){ "true", NULL }, 20000, line, 8, &e), 0);
	assert_string_equal(line, "");
}

TEST(it_gets_nothing_of_ours)
{
	const char *const argv[] = {
		"sh", "-c",
		"[ -z \"$OURS\" ] && [ \"$PATH\" = /usr/sbin:/usr/bin:/sbin:/bin ]"
		" && ! read x && [ ! -e /proc/self/fd/57 ] && [ \"$PWD\" = / ]",
		NULL
	};
	struct error e;

	setenv("OURS", "1", 1);
	assert_true(dup2(1, 57) == 57);
	check(program_run(argv, 20000, &e) == 0, "%s", e.text);
	close(57);
}

TEST(what_hangs_ends_with_all_that_it_has_started)
{
	const char *const argv[] = { "sh", "-c", "sleep 1000 & echo x; wait", NULL };
	int64_t start = clock_ms();
	struct error e;

	assert_int_equal(program_run(argv, 300, &e), -ETIMEDOUT);
	check(clock_ms() - start < 60000, "it took %ld ms", (long)(clock_ms() - start));
}

TEST(one_that_leaves_something_behind_is_not_waited_for)
{
	const char *const argv[] = { "sh", "-c", "sleep 5 & exit 0", NULL };
	int64_t start = clock_ms();
	struct error e;

	assert_int_equal(program_run(argv, 60000, &e), 0);
	check(clock_ms() - start < 5000, "it took %ld ms", (long)(clock_ms() - start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_returns_is_what_the_program_did),
		cmocka_unit_test(one_that_is_not_there_is_told),
		cmocka_unit_test(the_last_line_of_what_it_said_is_told),
		cmocka_unit_test(what_it_says_is_kept),
		cmocka_unit_test(it_gets_nothing_of_ours),
		cmocka_unit_test(what_hangs_ends_with_all_that_it_has_started),
		cmocka_unit_test(one_that_leaves_something_behind_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
