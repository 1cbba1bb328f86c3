/* Checks what the store keeps of attachments, and that its locks exclude whom they must. */
#include "store.h"

#include <signal.h>
#include <sys/wait.h>

static int known(const char *ident, struct attachment *ret)
{
	struct error e = { .text = "no message" };
	int r = store->ops->attachment(store, ident, ret, &e);

	check(r >= 0 || r == -EBADMSG, "%s: %s", ident, e.text);
	if (r < 0)
		assert_contains(e.text, "cannot be read");
	return r;
}

TEST(attachments_are_kept)
{
	struct attachment a = { .pid = 4711, .netns_inode = UINT64_MAX, .since = 1769903999 };
	struct attachment back;
	struct error e;

	strcpy(a.bridge, "lxcbr0");
	assert_int_equal(known("lxc:a", &back), 0);
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(known("lxc:a", &back), 1);
	assert_int_equal(back.pid, 4711);
	assert_true(back.netns_inode == UINT64_MAX);
	assert_int_equal(back.since, 1769903999);
	assert_string_equal(back.bridge, "lxcbr0");
	assert_false(back.ended);
	a.ended = true;
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(known("lxc:a", &back), 1);
	assert_true(back.ended);
	assert_int_equal(known("lxc:b", &back), 0);
}

TEST(one_that_was_written_anew_is_not_unchanged)
{
	struct attachment a = { .pid = 4711, .since = 1769903999 }, read;
	const struct attachment unread = { .pid = 4711, .since = 1769903999 };
	struct error e;

	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(known("lxc:a", &read), 1);
	assert_int_equal(store->ops->unchanged(store, "lxc:a", &read), 1);
	assert_int_equal(store->ops->unchanged(store, "lxc:a", &unread), 0);
	assert_int_equal(store->ops->unchanged(store, "lxc:b", &read), 0);
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(store->ops->unchanged(store, "lxc:a", &read), 1);
	strcpy(a.error, "no");
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	assert_int_equal(store->ops->unchanged(store, "lxc:a", &read), 0);
	assert_int_equal(store->ops->attach(store, "lxc:a", NULL, &e), 0);
	assert_int_equal(store->ops->unchanged(store, "lxc:a", &read), 0);
}

TEST(attachments_are_forgotten)
{
	struct attachment a;
	struct error e;

	attached("lxc:a", 0, false, NULL);
	assert_int_equal(store->ops->attach(store, "lxc:a", NULL, &e), 0);
	assert_int_equal(known("lxc:a", &a), 0);
	assert_int_equal(count_files("attached", ""), 0);
	assert_int_equal(store->ops->attach(store, "lxc:a", NULL, &e), 0);
}

TEST(odd_names_have_attachments_of_their_own)
{
	static const char *const idents[] = {
		"lxc:a",    "lxc:a@/",	    "lxc:a@/b", "lxc:a%2Fb", "docker:a", "lxc:...",
		"lxc:%s%n", "lxc:\xc3\xa4", "lxc:-n",	"lxc:a b",   "lxc:A",	 "lxc:a.json",
	};

	for (size_t i = 0; i < ARRAY_SIZE(idents); i++) {
		struct attachment a = { .pid = (pid_t)i + 1 };
		struct error e;

		assert_int_equal(store->ops->attach(store, idents[i], &a, &e), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(idents); i++) {
		struct attachment a;

		assert_int_equal(known(idents[i], &a), 1);
		assert_int_equal(a.pid, i + 1);
	}
}

TEST(garbage_is_an_attachment_that_nobody_knows)
{
	static char large[100000];
	static const char *const garbage[] = {
		"", "{", "{}", "[]", "null", "\xff", "{\"state\":\"attached\"}",
	};
	const char *path = in_scratch("attached/lxc:a.json");
	struct attachment a;

	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		write_file(path, garbage[i], strlen(garbage[i]));
		check(known("lxc:a", &a) == -EBADMSG, "row %zu", i);
	}
	memset(large, ' ', sizeof(large));
	write_file(path, large, sizeof(large));
	assert_int_equal(known("lxc:a", &a), -EBADMSG);
	write_file(path, "\0\0\0\0", 4);
	assert_int_equal(known("lxc:a", &a), -EBADMSG);
}

TEST(an_attachment_cut_anywhere_is_unknown)
{
	char path[PATH_MAX];
	struct attachment a;
	struct stat st;

	snprintf(path, sizeof(path), "%s", in_scratch("attached/lxc:a.json"));
	attached("lxc:a", 0, false, NULL);
	assert_return_code(stat(path, &st), errno);
	for (off_t len = st.st_size - 2; len >= 0; len--) {
		assert_return_code(truncate(path, len), errno);
		check(known("lxc:a", &a) == -EBADMSG, "%d bytes", (int)len);
	}
	attached("lxc:a", 0, false, NULL);
	assert_int_equal(known("lxc:a", &a), 1);
}

TEST(an_attachment_under_another_name_is_unknown)
{
	struct attachment a;

	attached("lxc:a", 0, false, NULL);
	assert_return_code(
		rename(in_scratch("attached/lxc:a.json"), in_scratch("attached/lxc:b.json")),
		errno);
	assert_int_equal(known("lxc:a", &a), 0);
	assert_int_equal(known("lxc:b", &a), -EBADMSG);
}

static int count_attachment(const char *ident, const struct attachment *a, void *arg)
{
	int *sum = arg;

	check(ident[4] - 'a' + 1 == a->pid, "%s is %d", ident, (int)a->pid);
	*sum += a->pid;
	return a->pid == 8 ? -EXFULL : 0;
}

TEST(walks_meet_every_attachment_that_can_be_read)
{
	struct error e;
	int sum = 0;

	for (int i = 1; i <= 5; i++) {
		struct attachment a = { .pid = i };
		char ident[] = "lxc:_";

		ident[4] = (char)('a' + i - 1);
		assert_int_equal(store->ops->attach(store, ident, &a, &e), 0);
	}
	write_file(in_scratch("attached/lxc:c.json"), "{", 1);
	write_file(in_scratch("attached/.new-1-1"), "{", 1);
	assert_return_code(mkdir(in_scratch("attached/lxc:dir.json"), 0755), errno);
	assert_int_equal(store->ops->walk_attachments(store, count_attachment, &sum, &e), 0);
	assert_int_equal(sum, 1 + 2 + 4 + 5);
	assert_int_equal(store->ops->attach(store, "lxc:h", &(struct attachment){ .pid = 8 }, &e),
			 0);
	assert_int_equal(store->ops->walk_attachments(store, count_attachment, &sum, &e), -EXFULL);
}

/* locks: two descriptors of one process exclude each other as those of two do (fcntl(2), OFD) */

static int try_lock(enum lease_lock what, const char *ident, bool shared, unsigned int wait_ms,
		    int *fd)
{
	struct error e = { .text = "" };
	int r = store->ops->lock(store, what, ident, shared, wait_ms, fd, &e);
	char message[128];

	if (r == 0)
		return 0;
	assert_int_equal(r, -EBUSY);
	assert_int_equal(e.status, STATUS_FAILED);
	snprintf(message, sizeof(message), "another v6hook has been at work on %s for %u ms",
		 ident ? ident : "the host", wait_ms);
	assert_string_equal(e.text, message);
	return r;
}

TEST(locks_exclude)
{
	static const struct {
		enum lease_lock held;
		const char *held_ident;
		bool held_shared;
		enum lease_lock wanted;
		const char *ident;
		bool shared, had;
	} rows[] = {
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_CONTAINER, "lxc:a", false, false },
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_CONTAINER, "lxc:a", true, false },
		{ LOCK_CONTAINER, "lxc:a", true, LOCK_CONTAINER, "lxc:a", false, false },
		{ LOCK_CONTAINER, "lxc:a", true, LOCK_CONTAINER, "lxc:a", true, true },
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_CONTAINER, "lxc:b", false, true },
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_CONTAINER, "docker:a", false, true },
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_HOST, NULL, false, true },
		{ LOCK_CONTAINER, "lxc:a", false, LOCK_RECLAIM, NULL, false, true },
		{ LOCK_HOST, NULL, false, LOCK_HOST, NULL, false, false },
		{ LOCK_HOST, NULL, false, LOCK_HOST, NULL, true, false },
		{ LOCK_HOST, NULL, true, LOCK_HOST, NULL, false, false },
		{ LOCK_HOST, NULL, true, LOCK_HOST, NULL, true, true },
		{ LOCK_HOST, NULL, false, LOCK_RECLAIM, NULL, false, true },
		{ LOCK_RECLAIM, NULL, false, LOCK_RECLAIM, NULL, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_close_ int held = -1, fd = -1, again = -1;

		assert_int_equal(
			try_lock(rows[i].held, rows[i].held_ident, rows[i].held_shared, 0, &held),
			0);
		check((try_lock(rows[i].wanted, rows[i].ident, rows[i].shared, 0, &fd) == 0) ==
			      rows[i].had,
		      "row %zu", i);
		check((fd >= 0) == rows[i].had, "row %zu: a descriptor", i);
		close(steal_fd(&held));
		cleanup_close(&fd);
		fd = -1;
		assert_int_equal(try_lock(rows[i].wanted, rows[i].ident, true, 0, &again), 0);
	}
}

TEST(many_names_do_not_share_a_lock)
{
	int fds[200];

	for (int i = 0; i < 200; i++) {
		char ident[32];

		snprintf(ident, sizeof(ident), "lxc:c%d", i);
		assert_int_equal(try_lock(LOCK_CONTAINER, ident, false, 0, &fds[i]), 0);
	}
	for (int i = 0; i < 200; i++)
		close(fds[i]);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

TEST(locks_are_waited_for_as_long_as_asked)
{
	_close_ int held = -1, fd = -1;
	int64_t before;

	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 0, &held), 0);
	before = now_ms();
	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 100, &fd), -EBUSY);
	assert_in_range(now_ms() - before, 100, 5000);
}

/* A process that holds the lock of lxc:a for so long, or until it is killed. */
static pid_t holder(unsigned int ms)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_return_code(pipe(ready), errno);
	pid = fork();
	if (pid == 0) {
		struct lease_store *s;
		struct error e;
		int fd;

		alarm_scaled(60);
		if (lease_dir_open(scratch, true, &s, &e) < 0 ||
		    s->ops->lock(s, LOCK_CONTAINER, "lxc:a", false, 0, &fd, &e) < 0)
			_exit(1);
		byte = (char)write(ready[1], "", 1);
		usleep(ms * 1000);
		_exit(0);
	}
	assert_return_code(pid, errno);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

TEST(a_holder_that_ends_gives_way)
{
	_close_ int fd = -1;
	pid_t pid = holder(100);
	int status;

	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 0, &fd), -EBUSY);
	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 10000, &fd), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

TEST(a_holder_that_is_killed_gives_way)
{
	_close_ int fd = -1;
	pid_t pid = holder(50000);

	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 20, &fd), -EBUSY);
	assert_return_code(kill(pid, SIGKILL), errno);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(try_lock(LOCK_CONTAINER, "lxc:a", false, 0, &fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(attachments_are_kept),
		STORE_TEST(one_that_was_written_anew_is_not_unchanged),
		STORE_TEST(attachments_are_forgotten),
		STORE_TEST(odd_names_have_attachments_of_their_own),
		STORE_TEST(garbage_is_an_attachment_that_nobody_knows),
		STORE_TEST(an_attachment_cut_anywhere_is_unknown),
		STORE_TEST(an_attachment_under_another_name_is_unknown),
		STORE_TEST(walks_meet_every_attachment_that_can_be_read),
		STORE_TEST(locks_exclude),
		STORE_TEST(many_names_do_not_share_a_lock),
		STORE_TEST(locks_are_waited_for_as_long_as_asked),
		STORE_TEST(a_holder_that_ends_gives_way),
		STORE_TEST(a_holder_that_is_killed_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
