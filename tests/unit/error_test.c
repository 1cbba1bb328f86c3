/* Checks that errors say what failed, grow prefixes on the way up and stay within their buffer. */
#include "unit.h"

TEST(error_sys_describes_errno)
{
	struct error e;

	assert_int_equal(error_sys(&e, -ENODEV, "cannot open %s", "eth0"), -ENODEV);
	assert_int_equal(e.status, STATUS_FAILED);
	assert_string_equal(e.text, "cannot open eth0: No such device");
}

TEST(error_set_keeps_status_and_errno)
{
	struct error e;

	assert_int_equal(error_set(&e, STATUS_FULL, -ENOSPC, "%d of %d", 3, 3), -ENOSPC);
	assert_int_equal(e.status, STATUS_FULL);
	assert_string_equal(e.text, "3 of 3");
}

TEST(prefixes_come_before_the_message)
{
	struct error e;

	error_set(&e, STATUS_IN_USE, -EADDRINUSE, "taken");
	assert_int_equal(error_prefix(&e, -EADDRINUSE, "address %s", "::1"), -EADDRINUSE);
	assert_int_equal(error_prefix(&e, -EADDRINUSE, "attach"), -EADDRINUSE);
	assert_int_equal(e.status, STATUS_IN_USE);
	assert_string_equal(e.text, "attach: address ::1: taken");
}

TEST(percent_signs_of_a_message_stay)
{
	struct error e;

	error_set(&e, STATUS_FAILED, -EINVAL, "%s", "100%s%n");
	error_prefix(&e, -EINVAL, "%s", "%d");
	assert_string_equal(e.text, "%d: 100%s%n");
}

/* A text of len letters. */
static const char *letters(size_t len, char letter)
{
	static char text[4096];

	memset(text, letter, len);
	text[len] = '\0';
	return text;
}

TEST(long_messages_are_cut)
{
	struct error e;

	error_set(&e, STATUS_FAILED, -EIO, "%s", letters(ERROR_TEXT_MAX, 'a'));
	assert_int_equal(strlen(e.text), ERROR_TEXT_MAX - 1);
	error_sys(&e, -EIO, "%s", letters(3000, 'a'));
	assert_int_equal(strlen(e.text), ERROR_TEXT_MAX - 1);
}

TEST(prefix_of_any_length_fits)
{
	for (size_t n = ERROR_TEXT_MAX - 8; n < ERROR_TEXT_MAX + 8; n++) {
		struct error e;

		error_set(&e, STATUS_USAGE, -EINVAL, "old");
		error_prefix(&e, -EINVAL, "%s", letters(n, 'p'));
		check(strlen(e.text) == (n + 5 < ERROR_TEXT_MAX ? n + 5 : ERROR_TEXT_MAX - 1),
		      "a prefix of %zu bytes leaves %zu", n, strlen(e.text));
		check(strspn(e.text, "p") == (n < ERROR_TEXT_MAX ? n : ERROR_TEXT_MAX - 1),
		      "a prefix of %zu bytes was changed", n);
		check(e.status == STATUS_USAGE, "a prefix of %zu bytes changes the status", n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_sys_describes_errno),
		cmocka_unit_test(error_set_keeps_status_and_errno),
		cmocka_unit_test(prefixes_come_before_the_message),
		cmocka_unit_test(percent_signs_of_a_message_stay),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(prefix_of_any_length_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
