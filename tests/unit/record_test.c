/* Checks whose control group is taken for a container's. */
#include "unit.h"

#include "watch/record.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

TEST(groups_of_the_container)
{
	static const char *const groups[] = {
		"0::/docker/" A "\n",
		"0::/docker/" A,
		"0::/system.slice/docker-" A ".scope\n",
		"0::/machine.slice/libpod-" A ".scope/container\n",
		"1:name=systemd:/\n5:memory:/docker/" A "\n",
		"0::/lxc.payload.x/docker/" A "/inner\n",
		/* a Docker within it, or what pretends to be */
		"0::/docker/" A "/docker/" B "\n",
		"0::/cafe/" A "\n",
		"0::/libpod_parent/" B "/libpod-" A "\n",
		"0::/libpod_parent/" B "/" A "/container\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		check(record_in_group(groups[i], A), "row %zu", i);
}

TEST(groups_of_others)
{
	static const char *const groups[] = {
		"",
		"\n",
		"0::/\n",
		"0::/docker/" B "\n",
		/* made by another container below its own group */
		"0::/docker/" B "/" A "\n",
		"0::/docker/" B "/docker-" A ".scope\n",
		"0::/docker/" B "/libpod_parent/" B "/" A "\n",
		"0::/docker/" A "b\n",
		"0::/docker/b" A "\n",
		"0::/docker/x" A "\n",
		"0::/docker/" A "x\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		check(!record_in_group(groups[i], A), "row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_of_the_container),
		cmocka_unit_test(groups_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
