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

TEST(whose_group_it_is)
{
	static const struct {
		const char *cgroup, *id;
		bool podman;
	} rows[] = {
		{ "0::/docker/" A "\n", A, false },
		{ "0::/system.slice/docker-" A ".scope\n", A, false },
		{ "0::/machine.slice/libpod-" A ".scope/container\n", A, true },
		{ "0::/libpod_parent/" B "/libpod-" A "\n", A, true },
		{ "1:name=systemd:/\n5:memory:/docker/" A "\n4:cpu:/docker/" A "/x\n", A, false },
		{ "0::/docker/" B "/docker/" A "\n", B, false },
		{ "5:memory:/docker/" A "\n4:cpu:/docker/" B "\n", NULL, false },
		{ "0::/user.slice\n", NULL, false },
		{ "", NULL, false },
		{ "0::libpod-" A "x\n", NULL, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char id[65] = "";
		bool podman = false;

		check(record_group_id(rows[i].cgroup, id, &podman) == !!rows[i].id, "row %zu", i);
		check(strcmp(id, rows[i].id ? rows[i].id : "") == 0, "row %zu: %s", i, id);
		check(podman == rows[i].podman, "row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_of_the_container),
		cmocka_unit_test(groups_of_others),
		cmocka_unit_test(whose_group_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
