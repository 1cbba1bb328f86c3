/* Checks the pictures of pools: what a cell shows, how wide they are, and what is said below. */
#include "pools.h"

#include "cli/map.h"

static struct map_mark marks[512];
static struct map all = { .list = marks };

static void mark(const char *address, enum map_state state, const char *who)
{
	assert_true(all.count < ARRAY_SIZE(marks));
	marks[all.count++] = (struct map_mark){ ip(address), state, (char *)who };
}

/* What is drawn of a pool, to be freed. */
static char *draw(const char *range, const char *exclude, unsigned int columns, bool utf8,
		  bool colour)
{
	const struct map_style style = { columns, utf8, colour };
	const struct spec spec = { { range }, { exclude } };
	_pools_ struct pools *pools = good_pools(&spec, 1);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	map_print(pools, &all, &style, out);
	fclose(out);
	return text;
}

/* The columns of the widest line. */
static size_t widest(const char *text)
{
	size_t most = 0, n = 0;

	for (; *text; text++) {
		n = *text == '\n' ? 0 : n + ((*text & 0xc0) != 0x80);
		most = n > most ? n : most;
	}
	return most;
}

static int begin(void **state)
{
	(void)state;
	all.count = 0;
	return 0;
}

TEST(a_small_range_has_a_cell_an_address)
{
	_free_ char *text = NULL;

	mark("2001:db8::d001", MAP_HOST, "this host");
	mark("2001:db8::d004", MAP_ATTACHED, "lxc:a");
	mark("2001:db8::d005", MAP_DETACHED, "docker:b");
	mark("2001:db8::d006", MAP_BROKEN, "docker:c");
	mark("2001:db8::d007", MAP_RESTING, "lxc:d");
	mark("2001:db8::d008", MAP_ELSEWHERE, "02-00-00-00-00-01");
	mark("2001:db8::d009", MAP_KEPT, "lxc:e");
	mark("2001:db8::ffff", MAP_ATTACHED, "lxc:outside");
	text = draw("2001:db8::d000/124", "2001:db8::d000/126", 80, false, false);
	assert_string_equal(
		text, "pool pool0\n"
		      " 2001:db8::d000 xHxx#o!~ Ek......\n"
		      "  . 6 free   # 1 attached   o 1 detached   ! 1 broken   ~ 1 resting\n"
		      "  E 1 seen elsewhere   k 1 kept by the configuration   H 1 the host's\n"
		      "  x 3 excluded\n"
		      "  H 2001:db8::d001 this host          # 2001:db8::d004 lxc:a\n"
		      "  o 2001:db8::d005 docker:b           ! 2001:db8::d006 docker:c\n"
		      "  ~ 2001:db8::d007 lxc:d              E 2001:db8::d008 02-00-00-00-00-01\n"
		      "  k 2001:db8::d009 lxc:e\n"
		      "\nin no pool\n"
		      "  # 2001:db8::ffff lxc:outside\n");
}

TEST(a_large_one_has_many_in_a_cell)
{
	_free_ char *text = NULL;
	char address[64];

	for (int i = 1; i <= 70; i++) {
		snprintf(address, sizeof(address), "2001:db8:0:1::%x", i);
		mark(address, MAP_ATTACHED, "lxc:many");
	}
	mark("2001:db8:0:1:7fff:ffff:ffff:ffff", MAP_ATTACHED, "lxc:middle");
	mark("2001:db8:0:1:ffff:ffff:ffff:fff0", MAP_ATTACHED, "lxc:last");
	text = draw("2001:db8:0:1::/64", NULL, 80, false, false);
	assert_contains(text, " 2001:db8:0:1:: #");
	assert_contains(text, ":\n");
	assert_contains(text, "# 72 attached");
	assert_contains(text, "in a cell: : 1   + 2   * 8   # 64 and more\n");
	assert_contains(text, "  and 12 more: v6hook list\n");
}

TEST(it_is_as_wide_as_the_window)
{
	static const char *const ranges[] = {
		"2001:db8::/124", "2001:db8::/120",	      "2001:db8::/112",
		"2001:db8::/64",  "2001:db8:1:2:3:4:5:6/128", "2001:db8::5-2001:db8::1234"
	};

	mark("2001:db8::9", MAP_ATTACHED, "lxc:somebody");
	mark("2001:db8::a", MAP_ATTACHED, "lxc:somebody-else");
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		for (unsigned int columns = 60; columns < 300; columns += 7) {
			_free_ char *text = draw(ranges[i], NULL, columns, i % 2, false);

			check(widest(text) <= columns, "%s, %u columns: %zu:\n%s", ranges[i],
			      columns, widest(text), text);
		}
}

TEST(colours_and_signs_are_asked_for)
{
	_free_ char *plain = NULL, *utf8 = NULL, *colour = NULL;

	mark("2001:db8::9", MAP_ATTACHED, "lxc:a\033[31mb");
	plain = draw("2001:db8::/124", NULL, 80, false, false);
	utf8 = draw("2001:db8::/124", NULL, 80, true, false);
	colour = draw("2001:db8::/124", NULL, 80, false, true);
	for (const char *at = plain; *at; at++)
		check(*at == '\n' || (*at >= ' ' && *at < 127), "%s", plain);
	assert_contains(utf8, "\u25cf");
	assert_null(strchr(utf8, '\033'));
	assert_contains(colour, "\033[32m#\033[0m");
	/* what a name says is no order to the terminal */
	assert_contains(colour, "lxc:a\\x1b[31mb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_small_range_has_a_cell_an_address, begin),
		cmocka_unit_test_setup(a_large_one_has_many_in_a_cell, begin),
		cmocka_unit_test_setup(it_is_as_wide_as_the_window, begin),
		cmocka_unit_test_setup(colours_and_signs_are_asked_for, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
