/* Checks which LXC paths are one and the same, so that a container has one lease. */
#include "unit.h"

#include "base/ident.h"
#include "runtime/runtime.h"

TEST(no_path_is_the_default)
{
	char path[IDENT_PATH_MAX + 1] = "x";
	struct error e;

	assert_int_equal(runtime_lxc_path(NULL, 0, path, sizeof(path), &e), 0);
	assert_string_equal(path, "");
}

TEST(slashes_that_mean_nothing_are_left_out)
{
	static const struct {
		const char *given, *path;
	} rows[] = {
		{ "/srv/unit", "/srv/unit" },
		{ "/srv/unit/", "/srv/unit" },
		{ "/srv/unit///", "/srv/unit" },
		{ "/srv//unit", "/srv/unit" },
		{ "//srv/unit", "/srv/unit" },
		{ "///srv///unit///", "/srv/unit" },
		{ "/", "/" },
		{ "///", "/" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[IDENT_PATH_MAX + 1];
		struct error e;

		assert_int_equal(runtime_lxc_path(rows[i].given, 0, path, sizeof(path), &e), 0);
		assert_string_equal(path, rows[i].path);
	}
}

TEST(paths_are_absolute_and_fit)
{
	char path[IDENT_PATH_MAX + 1] = "untouched", longest[IDENT_PATH_MAX + 2];
	static const char *const bad[] = { "", "srv", "./srv", "~/srv" };
	/* it stands in lines of the journal and of list, as a name does */
	static const char *const control[] = { "/a\nb", "/\t", "/a\x1b[2J", "/a\x7f", "/\xc2\x80" };
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		check(runtime_lxc_path(bad[i], 0, path, sizeof(path), &e) == -EINVAL, "%s", bad[i]);
		assert_int_equal(e.status, STATUS_USAGE);
		assert_string_equal(path, "untouched");
	}
	for (size_t i = 0; i < ARRAY_SIZE(control); i++) {
		check(runtime_lxc_path(control[i], 0, path, sizeof(path), &e) == -EINVAL, "row %zu",
		      i);
		assert_int_equal(e.status, STATUS_USAGE);
		assert_string_equal(path, "untouched");
	}
	memset(longest, 'x', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(runtime_lxc_path(longest, 0, path, sizeof(path), &e), -EINVAL);
	longest[sizeof(longest) - 2] = '\0';
	assert_int_equal(runtime_lxc_path(longest, 0, path, sizeof(path), &e), 0);
	assert_string_equal(path, longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_path_is_the_default),
		cmocka_unit_test(slashes_that_mean_nothing_are_left_out),
		cmocka_unit_test(paths_are_absolute_and_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
