/* Checks that missing capabilities are named, each of them and no other. */
#include "unit.h"

#include "base/caps.h"

TEST(a_plain_user_is_told_what_is_missing)
{
	struct error e = { .status = STATUS_DONE };
	int r, raw;

	as_nobody();
	r = caps_check(false, &e);
	as_self();
	assert_int_equal(r, -EPERM);
	assert_int_equal(e.status, STATUS_FAILED);
	assert_contains(e.text, "CAP_NET_ADMIN");
	assert_contains(e.text, "CAP_SYS_ADMIN");
	assert_contains(e.text, "CAP_SYS_PTRACE");
	assert_null(strstr(e.text, "CAP_NET_RAW"));
	as_nobody();
	raw = caps_check(true, &e);
	as_self();
	assert_int_equal(raw, -EPERM);
	assert_contains(e.text, "CAP_NET_RAW");
}

TEST(root_has_them_all)
{
	struct error e;

	if (geteuid() != 0)
		skip();
	assert_int_equal(caps_check(true, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_user_is_told_what_is_missing),
		cmocka_unit_test(root_has_them_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
