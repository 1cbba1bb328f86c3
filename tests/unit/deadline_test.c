/* Checks that waits are cut to what is left of the run, and only then. */
#include "unit.h"

#include "base/deadline.h"

TEST(waits_without_an_end_stay)
{
	assert_int_equal(deadline_cap(0), 0);
	assert_int_equal(deadline_cap(5000), 5000);
	assert_int_equal(deadline_cap(UINT_MAX), UINT_MAX);
}

TEST(waits_end_with_the_run)
{
	deadline_start(60000);
	assert_int_equal(deadline_cap(1000), 1000);
	assert_in_range(deadline_cap(UINT_MAX), 1, 60000);
	deadline_start(1);
	usleep(5000);
	assert_int_equal(deadline_cap(1000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_without_an_end_stay),
		cmocka_unit_test(waits_end_with_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
