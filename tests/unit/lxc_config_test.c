/* Checks which addresses an LXC configuration names for its container, by real files. */
#include "unit.h"

#include "base/ident.h"
#include "runtime/runtime.h"

/* Writes a file into the scratch directory; SCRATCH in the text stands for that. Returns its path.
 */
static const char *make_file(const char *name, const char *text)
{
	const char *path = in_scratch(name);
	char whole[8192] = "";

	for (const char *at = text; *at; at++) {
		bool here = strncmp(at, "SCRATCH", 7) == 0;

		snprintf(whole + strlen(whole), sizeof(whole) - strlen(whole), "%.*s",
			 here ? (int)strlen(scratch) : 1, here ? scratch : at);
		at += here ? 6 : 0;
	}
	write_file(path, whole, strlen(whole));
	return path;
}

/* The addresses that the file names, with blanks between. */
static const char *named(const char *path)
{
	static char text[256];
	const struct ident id = { .runtime = "lxc", .name = "c" };
	struct in6_addr list[INSTANCE_GIVEN_MAX];
	struct error e;
	int count = runtime_lxc_written(&id, path, list, &e);
	size_t used = 0;

	assert_true(count >= 0);
	*text = '\0';
	for (int i = 0; i < count; i++) {
		char one[INET6_ADDRSTRLEN];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 inet_ntop(AF_INET6, &list[i], one, sizeof(one)));
	}
	return text;
}

TEST(addresses_are_read_as_lxc_reads_them)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "lxc.net.0.ipv6.address = 2001:db8::5/64\n", "2001:db8::5" },
		{ "lxc.net.0.ipv6.address=2001:db8::5", "2001:db8::5" },
		{ "  lxc.net.12.ipv6.address\t=\t2001:DB8:0::5/64 \n", "2001:db8::5" },
		{ "lxc.net.0.ipv6.address = \"2001:db8::5/64\"\n", "2001:db8::5" },
		{ "lxc.net.0.ipv6.address = 2001:db8::5/64\nlxc.net.0.ipv6.address = "
		  "2001:db8::6/64\n",
		  "2001:db8::5 2001:db8::6" },
		{ "lxc.net.0.ipv6.address = 2001:db8::5/64\nlxc.net.0.ipv6.address =\n", "" },
		{ "lxc.net.0.ipv6.address = 2001:db8::5/64\nlxc.net =\n", "" },
		{ "# lxc.net.0.ipv6.address = 2001:db8::5/64\n", "" },
		{ "lxc.net.0.ipv6.addresses = 2001:db8::5/64\n", "" },
		{ "lxc.net.x.ipv6.address = 2001:db8::5/64\n", "" },
		{ "xlxc.net.0.ipv6.address = 2001:db8::5/64\n", "" },
		{ "lxc.net.0.ipv6.gateway = fe80::1\n", "" },
		{ "lxc.net.0.ipv6.address = nonsense\n", "" },
		{ "", "" },
		{ "=\n==\n = \n\n", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(named(make_file("config", rows[i].text)), rows[i].named);
}

TEST(more_than_there_is_room_for_are_left_out)
{
	char text[2048] = "";

	for (int i = 0; i < 20; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "lxc.net.0.ipv6.address = 2001:db8::%x/64\n", i + 1);
	assert_string_equal(named(make_file("config", text)),
			    "2001:db8::1 2001:db8::2 2001:db8::3 2001:db8::4");
}

TEST(files_and_folders_are_included)
{
	assert_return_code(mkdir(in_scratch("d"), 0755), errno);
	make_file("d/one.conf", "lxc.net.0.ipv6.address = 2001:db8::1/64\n");
	make_file("d/two.other", "lxc.net.0.ipv6.address = 2001:db8::2/64\n");
	make_file("three", "lxc.net.0.ipv6.address = 2001:db8::3/64\n");
	assert_string_equal(
		named(make_file("config",
				"lxc.include = SCRATCH/d\nlxc.include = SCRATCH/three\n")),
		"2001:db8::1 2001:db8::3");
}

TEST(what_cannot_be_read_is_said)
{
	const struct ident id = { .runtime = "lxc", .name = "c", .path = "/nonexistent" };
	struct in6_addr list[INSTANCE_GIVEN_MAX];
	struct error e;

	assert_int_equal(runtime_lxc_written(&id, NULL, list, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/c/config"));
	/* one that includes itself */
	assert_int_equal(runtime_lxc_written(&id,
					     make_file("config", "lxc.include = SCRATCH/config\n"),
					     list, &e),
			 -ELOOP);
	/* one that includes what is not there */
	assert_int_equal(runtime_lxc_written(&id, make_file("config", "lxc.include = SCRATCH/no\n"),
					     list, &e),
			 -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(addresses_are_read_as_lxc_reads_them),
		SCRATCH_TEST(more_than_there_is_room_for_are_left_out),
		SCRATCH_TEST(files_and_folders_are_included),
		SCRATCH_TEST(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
