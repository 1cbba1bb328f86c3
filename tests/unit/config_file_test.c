/* Checks that a configuration that is no such file is refused. */
#include "configs.h"

TEST(files_that_cannot_be_read_are_refused)
{
	const struct {
		const char *name, *why;
	} rows[] = {
		{ "absent", "no configuration" },  { "dir", "not a regular file" },
		{ "fifo", "not a regular file" }, /* and nobody writes to it */
		{ "locked", "Permission denied" }, { "file/x", "Not a directory" },
		{ "loop", strerror(ELOOP) },
	};

	assert_return_code(mkdir(in_scratch("dir"), 0755), errno);
	assert_return_code(mkfifo(in_scratch("fifo"), 0644), errno);
	assert_return_code(symlink("loop", in_scratch("loop")), errno);
	write_file(in_scratch("file"), "{}", 2);
	write_file(in_scratch("locked"), "{}", 2);
	assert_return_code(chmod(in_scratch("locked"), 0), errno);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *path = in_scratch(rows[i].name);
		struct config *c = NULL;
		struct error e;
		int r;

		if (strcmp(rows[i].name, "locked") == 0)
			as_nobody();
		r = config_read(path, &c, &e);
		as_self();
		check(r < 0, "%s is accepted", rows[i].name);
		check_message(&e, path, rows[i].why);
	}
}

TEST(a_file_may_have_one_mebibyte)
{
	static char text[CONFIG_SIZE_MAX + 1];
	_config_ struct config *c = NULL;
	struct error e;

	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"pools\":[" POOL "]}", strlen("{\"pools\":[" POOL "]}"));
	refuse_bytes(text, CONFIG_SIZE_MAX + 1, "larger than 1 MiB");
	assert_int_equal(read_bytes(text, CONFIG_SIZE_MAX, &c, &e), 0);
}

TEST(huge_files_are_refused)
{
	struct config *c = NULL;
	struct error e;

	write_file(in_scratch("huge"), "{", 1);
	assert_return_code(truncate(in_scratch("huge"), 10 << 20), errno);
	assert_true(config_read(in_scratch("huge"), &c, &e) < 0);
	check_message(&e, in_scratch("huge"), "larger than 1 MiB");
}

TEST(files_cut_anywhere_are_refused)
{
	for (size_t len = 0; len < strlen(sample); len++)
		refuse_bytes(sample, len, len ? "valid" : "empty");
}

TEST(what_is_not_strict_json_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "{\"pools\":[" POOL "]} x", "not valid JSON" },
		{ "{\"pools\":[" POOL "]}{}", "not valid JSON" },
		{ "{\"pools\":[" POOL "],}", "not valid JSON" },
		{ "{\"pools\":[" POOL "], // why\n}", "not valid JSON" },
		{ "{\"pools\":[" POOL "],\"state_dir\":\"/a\xff\"}", "not UTF-8" },
		{ "{\"pools\":[" POOL "],\"state_dir\":\"/a\\u0000b\"}", "\\u0000" },
		{ "{\"pools\":[" POOL "],\"pools\\u0000\":1}", "\\u0000" },
		{ "{\"pools\":[" POOL "],\"guard\":true,\"guard\":true}", "\"guard\"" },
		{ "{\"pools\":[{\"ranges\":[" RANGE "],\"name\":\"a\",\"name\":\"b\"}]}",
		  "\"name\"" },
		{ "{\"pools\":[" POOL "],\"containers\":{\"lxc:a\":{},\"lxc:a\":{}}}",
		  "\"lxc:a\"" },
		{ "[]", "one object" },
		{ "\"pools\"", "one object" },
		{ "null", "one object" },
		{ "{}", "pools" },
		{ "\n\n{\"pools\": x}", "line 3" },
	};
	static const char zero[] = "{\"pools\":[" POOL "]}\0";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuse(rows[i].text, rows[i].why);
	refuse_bytes(zero, sizeof(zero), "zero byte");
}

TEST(deep_nesting_is_no_crash)
{
	static char text[100000 + 16] = "{\"pools\":";

	memset(text + 9, '[', 100000);
	refuse_bytes(text, 100009, "not valid JSON");
	refuse_bytes(text + 9, 100000, "not valid JSON");
}

TEST(damaged_files_are_read_or_refused)
{
	uint64_t seed = 1981;
	unsigned int read = 0;

	for (int i = 0; i < 5000; i++) {
		_config_ struct config *c = NULL;
		char text[sizeof(sample)];
		size_t len = strlen(sample);
		struct error e;

		memcpy(text, sample, sizeof(sample));
		mutate(text, &len, &seed);
		if (read_bytes(text, len, &c, &e) == 0)
			read++;
		else
			check(e.status == STATUS_USAGE && strstr(e.text, "config.json"), "%s",
			      e.text);
	}
	assert_in_range(read, 1, 4999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(files_that_cannot_be_read_are_refused),
		SCRATCH_TEST(a_file_may_have_one_mebibyte),
		SCRATCH_TEST(huge_files_are_refused),
		SCRATCH_TEST(files_cut_anywhere_are_refused),
		SCRATCH_TEST(what_is_not_strict_json_is_refused),
		SCRATCH_TEST(deep_nesting_is_no_crash),
		SCRATCH_TEST(damaged_files_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
