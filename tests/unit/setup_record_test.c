/* Checks the record by which setup is taken back: it comes back as it was written, and damage is
 * told. */
#include "unit.h"

#include "base/file.h"
#include "disk/put.h"
#include "disk/record.h"

/* A record with something of everything. */
static struct setup_record *sample(void)
{
	struct setup_record *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	assert_int_equal(setup_record_add_file(r, "/etc/a", "one\n\"two\"\n", true, true), 0);
	assert_int_equal(setup_record_add_file(r, "/etc/b", "", false, false), 0);
	assert_int_equal(setup_record_add_directory(r, "/etc/x"), 0);
	assert_int_equal(setup_record_add_directory(r, "/etc/x/y"), 0);
	assert_int_equal(setup_record_add_directory(r, "/etc/x"), 0);
	assert_int_equal(setup_record_add_value(r, "conf", "eth0.7", "accept_ra", 1), 0);
	assert_int_equal(setup_record_add_value(r, "neigh", "eth0.7", "proxy_delay", 80), 0);
	r->service = r->enabled = true;
	return r;
}

TEST(comes_back)
{
	_setup_record_ struct setup_record *written = sample(), *read = NULL;
	struct error e = { 0 };

	assert_int_equal(setup_record_read(in_scratch("c"), &read, &e), -ENOENT);
	assert_int_equal(setup_record_write(in_scratch("c"), written, &e), 0);
	assert_int_equal(setup_record_read(in_scratch("c"), &read, &e), 0);
	assert_false(read->finished);
	assert_int_equal(read->file_count, 2);
	assert_string_equal(read->files[0].path, "/etc/a");
	assert_string_equal(read->files[0].text, "one\n\"two\"\n");
	assert_true(read->files[0].kept);
	assert_true(read->files[0].amended);
	assert_false(read->files[1].kept || read->files[1].amended);
	assert_int_equal(read->directory_count, 2);
	assert_string_equal(read->directories[1], "/etc/x/y");
	assert_int_equal(read->value_count, 2);
	assert_string_equal(read->values[0].dev, "eth0.7");
	assert_string_equal(read->values[1].name, "proxy_delay");
	assert_int_equal(read->values[1].old, 80);
	assert_true(read->service && read->enabled && !read->active);
	assert_ptr_equal(setup_record_file(read, "/etc/b"), &read->files[1]);
	assert_null(setup_record_file(read, "/etc/c"));
	assert_null(setup_record_file(NULL, "/etc/c"));
	assert_int_equal(setup_record_remove(in_scratch("c"), &e), 0);
	assert_int_equal(setup_record_remove(in_scratch("c"), &e), 0);
	assert_int_equal(access(in_scratch("c.setup"), F_OK), -1);
}

TEST(has_its_limits)
{
	_setup_record_ struct setup_record *r = calloc(1, sizeof(*r));

	for (int i = 0; i < SETUP_FILES_MAX; i++)
		assert_int_equal(setup_record_add_file(r, "/a", "", false, false), 0);
	assert_int_equal(setup_record_add_file(r, "/a", "", false, false), -E2BIG);
	for (int i = 0; i < SETUP_VALUES_MAX; i++)
		assert_int_equal(setup_record_add_value(r, "conf", "all", "x", i), 0);
	assert_int_equal(setup_record_add_value(r, "conf", "all", "x", 0), -E2BIG);
}

/* What it is made into is either a record whose every text is sound, or refused with its name. */
TEST(damage_is_told)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{\"files\": [{\"path\": \"etc\", \"text\": \"\"}]}",
		"{\"files\": [{\"path\": \"/etc\"}]}",
		"{\"files\": [7]}",
		"{\"directories\": [\"x\"]}",
		"{\"sysctls\": [{\"part\": \"..\", \"dev\": \"a\", \"name\": \"b\", \"old\": 1}]}",
		"{\"sysctls\": [{\"part\": \"conf\", \"dev\": \"a/b\", \"name\": \"b\", \"old\": "
		"1}]}",
		"{\"sysctls\": [{\"part\": \"conf\", \"dev\": \"a\", \"name\": \"b\", \"old\": "
		"1e99}]}",
		"{\"sysctls\": [{\"part\": \"conf\", \"dev\": \"a\", \"name\": \"b\"}]}",
	};
	_setup_record_ struct setup_record *written = sample();
	_free_ char *text = NULL;
	struct error e = { 0 };
	uint64_t seed = 99;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		_setup_record_ struct setup_record *read = NULL;

		write_file(in_scratch("c.setup"), bad[i], strlen(bad[i]));
		check(setup_record_read(in_scratch("c"), &read, &e) < 0, "taken: %s", bad[i]);
		assert_contains(e.text, "c.setup");
	}
	assert_int_equal(setup_record_write(in_scratch("c"), written, &e), 0);
	assert_int_equal(file_read(AT_FDCWD, in_scratch("c.setup"), 65536, &text, &len), 0);
	for (int i = 0; i < 3000; i++) {
		_setup_record_ struct setup_record *read = NULL;
		_free_ char *copy = malloc(len + 1);
		size_t now = len;

		memcpy(copy, text, len + 1);
		mutate(copy, &now, &seed);
		write_file(in_scratch("c.setup"), copy, now);
		if (setup_record_read(in_scratch("c"), &read, &e) < 0)
			continue;
		for (size_t k = 0; k < read->file_count; k++)
			assert_int_equal(read->files[k].path[0], '/');
		for (size_t k = 0; k < read->value_count; k++)
			assert_null(strchr(read->values[k].dev, '/'));
	}
}

/* Puts what is in a file of the scratch directory into ret; "" if there is none. */
static const char *in_file(const char *name, char ret[64])
{
	_free_ char *text = NULL;
	size_t len;

	snprintf(ret, 64, "%s",
		 file_read(AT_FDCWD, in_scratch(name), 63, &text, &len) == 0 ? text : "");
	return ret;
}

TEST(the_old_one_keeps_its_inode)
{
	struct stat before, after;
	struct error e = { 0 };
	char text[64];

	write_file(in_scratch("f"), "old", 3);
	assert_int_equal(chmod(in_scratch("f"), 0600), 0);
	assert_int_equal(stat(in_scratch("f"), &before), 0);
	/* done twice, as after a kill */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(put_file(in_scratch("f"), "new", "new", true, &e), 0);
		assert_string_equal(in_file("f", text), "new");
		assert_string_equal(in_file("f.before", text), "old");
	}
	assert_int_equal(access(in_scratch("f.edited"), F_OK), -1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(put_back(in_scratch("f"), "new", true, false, &e), 0);
	assert_int_equal(stat(in_scratch("f"), &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_string_equal(in_file("f", text), "old");
	assert_int_equal(access(in_scratch("f.before"), F_OK), -1);
}

TEST(cut_short_before_the_new_one_came)
{
	struct error e = { 0 };
	char text[64];

	write_file(in_scratch("f"), "old", 3);
	assert_int_equal(link(in_scratch("f"), in_scratch("f.before")), 0);
	write_file(in_scratch(".new-1-1"), "ne", 2);
	assert_int_equal(put_back(in_scratch("f"), "new", true, false, &e), 0);
	assert_string_equal(in_file("f", text), "old");
	assert_int_equal(access(in_scratch("f.before"), F_OK), -1);
	assert_int_equal(access(in_scratch(".new-1-1"), F_OK), -1);
	assert_int_equal(put_back(in_scratch("gone/f"), "new", true, false, &e), 0);
}

TEST(what_was_edited_is_kept)
{
	struct error e = { 0 };
	char text[64];

	for (int keep = 0; keep <= 1; keep++) {
		write_file(in_scratch("f"), "old", 3);
		if (!keep)
			unlink(in_scratch("f"));
		assert_int_equal(put_file(in_scratch("f"), "new", NULL, keep, &e), 0);
		write_file(in_scratch("f"), "mine", 4);
		assert_int_equal(put_file(in_scratch("f"), "newer", "new", keep, &e), 0);
		assert_string_equal(in_file("f.edited", text), "mine");
		write_file(in_scratch("f"), "mine, too", 9);
		assert_int_equal(put_back(in_scratch("f"), "newer", keep, false, &e), 0);
		assert_string_equal(in_file("f.edited", text), "mine, too");
		assert_string_equal(in_file("f", text), keep ? "old" : "");
	}
}

TEST(anothers_that_was_edited_stays)
{
	struct error e = { 0 };
	char text[64];

	write_file(in_scratch("f"), "old", 3);
	assert_int_equal(put_file(in_scratch("f"), "new", NULL, true, &e), 0);
	write_file(in_scratch("f"), "mine", 4);
	assert_int_equal(put_back(in_scratch("f"), "new", true, true, &e), 0);
	assert_string_equal(in_file("f", text), "mine");
	assert_string_equal(in_file("f.before", text), "old");
	assert_int_equal(access(in_scratch("f.edited"), F_OK), -1);
}

TEST(a_failure_changes_nothing)
{
	struct error e = { 0 };

	assert_int_equal(put_file(in_scratch("gone/f"), "new", NULL, false, &e), -ENOENT);
	assert_contains(e.text, "gone/f");
	assert_int_equal(put_directory(in_scratch("d"), &e), 0);
	assert_int_equal(put_directory(in_scratch("d"), &e), 0);
	assert_int_equal(put_directory(in_scratch("d/e/f"), &e), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(comes_back),
		cmocka_unit_test(has_its_limits),
		SCRATCH_TEST(damage_is_told),
		SCRATCH_TEST(the_old_one_keeps_its_inode),
		SCRATCH_TEST(cut_short_before_the_new_one_came),
		SCRATCH_TEST(what_was_edited_is_kept),
		SCRATCH_TEST(anothers_that_was_edited_stays),
		SCRATCH_TEST(a_failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
