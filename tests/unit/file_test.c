/* Checks that files are read whole up to their limit, and made new with nothing left on failure. */
#include "unit.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"

static void check_read(size_t size, size_t most, int result)
{
	_free_ char *bytes = malloc(size + 1), *text = NULL;
	size_t len = 4711;
	int r;

	assert_non_null(bytes);
	memset(bytes, 'x', size);
	write_file(in_scratch("file"), bytes, size);
	r = file_read(AT_FDCWD, in_scratch("file"), most, &text, &len);
	check(r == result, "%zu bytes of at most %zu: %d", size, most, r);
	if (r < 0) {
		assert_null(text);
		return;
	}
	assert_int_equal(len, size);
	assert_memory_equal(text, bytes, size);
	assert_int_equal(text[len], '\0');
}

TEST(files_are_read_whole)
{
	static const size_t sizes[] = { 0, 1, 4094, 4095, 4096, 4097, 100000 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		check_read(sizes[i], 1000000, 0);
}

TEST(larger_files_than_asked_for_are_refused)
{
	check_read(11, 10, -EFBIG);
	check_read(4097, 4096, -EFBIG);
	check_read(100000, 10, -EFBIG);
}

TEST(a_file_may_be_as_large_as_asked_for)
{
	check_read(9, 10, 0);
	check_read(10, 10, 0);
	check_read(8192, 8192, 0);
}

/* The size that /proc tells is 0. */
TEST(files_that_hide_their_size_are_read_whole)
{
	_free_ char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(AT_FDCWD, "/proc/self/stat", 4096, &text, &len), 0);
	assert_int_equal(text[len - 1], '\n');
	free(steal_ptr(&text));
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/smaps", 1 << 24, &text, &len), 0);
	assert_true(len > 8192);
}

TEST(what_is_no_regular_file_is_refused_at_once)
{
	struct sockaddr_un here = { .sun_family = AF_UNIX };
	_close_ int dir = open(scratch, O_RDONLY | O_DIRECTORY);
	_close_ int s = socket(AF_UNIX, SOCK_STREAM, 0);
	char *text = NULL;
	size_t len;

	assert_return_code(mkdir(in_scratch("dir"), 0755), errno);
	assert_int_equal(file_read(dir, "dir", 100, &text, &len), -EISDIR);
	assert_return_code(mkfifo(in_scratch("fifo"), 0644), errno);
	assert_int_equal(file_read(dir, "fifo", 100, &text, &len), -EISDIR);
	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", 100, &text, &len), -EISDIR);
	snprintf(here.sun_path, sizeof(here.sun_path), "/proc/self/fd/%d/socket", dir);
	assert_return_code(bind(s, (struct sockaddr *)&here, sizeof(here)), errno);
	assert_int_equal(file_read(dir, "socket", 100, &text, &len), -ENXIO);
	assert_int_equal(file_read(dir, "absent", 100, &text, &len), -ENOENT);
	assert_null(text);
}

TEST(new_files_have_names_of_their_own)
{
	_close_ int dir = open(scratch, O_RDONLY | O_DIRECTORY);
	char first[64], second[64];
	_free_ char *text = NULL;
	struct stat st;
	size_t len;

	assert_int_equal(file_new(dir, "one", 3, true, first), 0);
	assert_int_equal(file_new(dir, "two", 3, false, second), 0);
	assert_string_not_equal(first, second);
	assert_ptr_equal(strstr(first, ".new-"), first);
	assert_int_equal(file_read(dir, first, 100, &text, &len), 0);
	assert_string_equal(text, "one");
	assert_return_code(fstatat(dir, second, &st, 0), errno);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
}

/* Left by a process that was killed, whose number has come round again. */
TEST(new_files_spare_what_lies_there)
{
	_close_ int dir = open(scratch, O_RDONLY | O_DIRECTORY);
	char name[64], next[64];
	_free_ char *text = NULL;
	unsigned int n;
	size_t len;

	assert_int_equal(file_new(dir, "", 0, false, name), 0);
	assert_int_equal(sscanf(name, ".new-%*d-%u", &n), 1);
	snprintf(next, sizeof(next), ".new-%d-%u", (int)getpid(), n + 1);
	write_file(in_scratch(next), "old", 3);
	assert_int_equal(file_new(dir, "fresh", 5, false, name), 0);
	assert_string_not_equal(name, next);
	assert_int_equal(file_read(dir, next, 100, &text, &len), 0);
	assert_string_equal(text, "old");
}

TEST(no_new_file_where_none_may_be_made)
{
	char name[64] = "untouched";

	assert_int_equal(file_new(-1, "x", 1, false, name), -EBADF);
	assert_string_equal(name, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(files_are_read_whole),
		SCRATCH_TEST(larger_files_than_asked_for_are_refused),
		SCRATCH_TEST(a_file_may_be_as_large_as_asked_for),
		SCRATCH_TEST(files_that_hide_their_size_are_read_whole),
		SCRATCH_TEST(what_is_no_regular_file_is_refused_at_once),
		SCRATCH_TEST(new_files_have_names_of_their_own),
		SCRATCH_TEST(new_files_spare_what_lies_there),
		SCRATCH_TEST(no_new_file_where_none_may_be_made),
	};

	umask(022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
