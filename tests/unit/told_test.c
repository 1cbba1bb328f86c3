/* Checks what is kept of what the program of "on_change" has been told. */
#include "unit.h"

#include "store/told.h"

#define MARK "# What the program of on_change has been told: ADDRESS NAME CONTAINER\n"

static void put(struct told *t, const char *address, const char *name, const char *ident)
{
	const struct told_one one = { ip(address), name, ident };

	assert_int_equal(told_put(t, &one), 0);
}

static void is(const struct told *t, size_t at, const char *address, const char *name,
	       const char *ident)
{
	struct in6_addr a = ip(address);

	assert_true(at < t->count);
	assert_memory_equal(&t->list[at].address, &a, sizeof(a));
	assert_string_equal(t->list[at].name, name);
	assert_string_equal(t->list[at].ident, ident);
}

TEST(it_is_read_as_it_was_written)
{
	_told_ struct told t = { 0 }, again = { 0 };
	struct error e;

	assert_int_equal(told_read(scratch, &again, &e), 0);
	assert_int_equal(again.count, 0);
	put(&t, "2001:db8::2", "web.example.org", "lxc:web@/srv/my containers");
	put(&t, "2001:db8::1", "", "docker:a");
	put(&t, "2001:db8::3", "c", "podman:c");
	put(&t, "2001:db8::3", "d", "podman:d");
	assert_int_equal(told_write(scratch, &t, &e), 0);
	assert_int_equal(told_read(scratch, &again, &e), 0);
	assert_int_equal(again.count, 3);
	is(&again, 0, "2001:db8::1", "", "docker:a");
	is(&again, 1, "2001:db8::2", "web.example.org", "lxc:web@/srv/my containers");
	is(&again, 2, "2001:db8::3", "d", "podman:d");
}

TEST(many_come_and_go)
{
	_told_ struct told t = { 0 };
	char text[64];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 300; i++) {
			snprintf(text, sizeof(text), "2001:db8::%x", (i * 7) % 300);
			put(&t, text, "", "lxc:a");
		}
		assert_int_equal(t.count, 300);
		for (int i = 0; i < 300 - round; i++) {
			struct in6_addr a;

			snprintf(text, sizeof(text), "2001:db8::%x", (i * 11) % 300);
			a = ip(text);
			told_drop(&t, &a);
			told_drop(&t, &a);
		}
		assert_int_equal(t.count, round);
	}
}

TEST(what_makes_no_sense_says_nothing)
{
	static const struct {
		const char *text;
		int result;
		size_t count;
	} rows[] = {
		{ "", 1, 0 },
		{ "# only that\n", 1, 0 },
		{ MARK, 0, 0 },
		{ MARK "2001:db8::1 a lxc:a\n", 0, 1 },
		{ "2001:db8::1 a lxc:a\n", 1, 1 },
		{ "2001:db8::1 a lxc:a\n2001:db8::2 b lxc:", 1, 1 },
		{ "2001:db8::1 a lxc:a\n2001:db8::2 b\n2001:db8::3 - lxc:c\n", 1, 2 },
		{ "2001:db8::1 a_b lxc:a\n", 1, 0 },
		{ "10.0.0.1 a lxc:a\n", 1, 0 },
		{ "2001:db8::1 a nobody\n", 1, 0 },
		{ "\n", 1, 0 },
	};
	struct error e;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_told_ struct told t = { 0 };

		write_file(in_scratch("told"), rows[i].text, strlen(rows[i].text));
		check(told_read(scratch, &t, &e) == rows[i].result, "row %zu", i);
		check(t.count == rows[i].count, "row %zu: %zu", i, t.count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(it_is_read_as_it_was_written),
		SCRATCH_TEST(many_come_and_go),
		SCRATCH_TEST(what_makes_no_sense_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
