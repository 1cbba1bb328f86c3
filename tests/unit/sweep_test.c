/* Tests that what killed writers leave in the store is swept, and nothing that is being written. */
#include "store.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

static int files_in_the_making(void)
{
	return count_files("leases", ".new-") + count_files("attached", ".new-");
}

static void leave_files(void)
{
	write_file(in_scratch("leases/.new-1-1"), "{", 1);
	write_file(in_scratch("attached/.new-1-2"), "{", 1);
	assert_return_code(symlink("2001:db8::9.json", in_scratch("leases/.new-link-1")), errno);
}

TEST(what_killed_writers_left_is_swept)
{
	struct attachment a = { .pid = 1 };
	struct error e;

	claim("lxc:a", "2001:db8::5");
	assert_int_equal(store->ops->attach(store, "lxc:a", &a, &e), 0);
	leave_files();
	store->ops->sweep(store);
	assert_int_equal(files_in_the_making(), 0);
	assert_string_equal(found("lxc:a"), "2001:db8::5");
	assert_int_equal(store->ops->attachment(store, "lxc:a", &a, &e), 1);
}

static bool is_there(const char *link)
{
	struct stat st;

	return lstat(in_scratch(link), &st) == 0;
}

TEST(what_a_killed_claim_left_is_swept_unless_it_is_at_work)
{
	const char link[] = "leases/cni:gone.json.left";
	struct lease_store *other = open_store();
	struct error e;
	int lock;

	claim("cni:lives", "2001:db8::5");
	assert_return_code(symlink("2001:db8::9.json", in_scratch(link)), errno);
	assert_int_equal(other->ops->lock(other, LOCK_CONTAINER, "cni:gone", false, 0, &lock, &e),
			 0);
	store->ops->sweep(store);
	assert_true(is_there(link));
	close(lock);
	store->ops->sweep(store);
	assert_false(is_there(link));
	/* and beside a lease, which stays */
	assert_return_code(symlink("2001:db8::9.json", in_scratch("leases/cni:lives.json.left")),
			   errno);
	store->ops->sweep(store);
	assert_false(is_there("leases/cni:lives.json.left"));
	assert_string_equal(found("cni:lives"), "2001:db8::5");
	lease_store_close(other);
}

TEST(other_files_are_not_swept)
{
	write_file(in_scratch("leases/new-1-1"), "{", 1);
	write_file(in_scratch("leases/notes.txt"), "x", 1);
	leave_files();
	store->ops->sweep(store);
	assert_int_equal(files_in_the_making(), 0);
	assert_int_equal(count_files("leases", "n"), 2);
}

/* Another process that is about to write, until it is killed. Returns its PID. */
static pid_t start_writer(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_return_code(pipe(ready), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid == 0) {
		int fd = open(in_scratch("leases"), O_RDONLY | O_DIRECTORY);

		if (flock(fd, LOCK_SH) == 0 && write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

TEST(what_is_being_written_is_let_alone)
{
	pid_t pid = start_writer();

	leave_files();
	store->ops->sweep(store);
	assert_int_equal(files_in_the_making(), 3);
	/* writers do not keep one another waiting */
	claim("lxc:b", "2001:db8::6");
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	store->ops->sweep(store);
	assert_int_equal(files_in_the_making(), 0);
}

TEST(a_writer_that_is_done_holds_nothing_up)
{
	struct lease_store *other = open_store();
	struct lease l = claim("lxc:a", "2001:db8::5");

	update(&l);
	leave_files();
	other->ops->sweep(other);
	assert_int_equal(files_in_the_making(), 0);
	lease_store_close(other);
}

/* Writes leases until it is stopped, while the test sweeps. */
static void keep_writing(void)
{
	struct lease_store *s = open_store();

	for (int i = 0;; i++) {
		struct lease l = lease_of("lxc:busy", "2001:db8::7"), holder;
		struct attachment a = { .pid = i };
		struct error e;

		l.pinned = i % 2;
		if (s->ops->claim(s, &l, &holder, &e) < 0 ||
		    s->ops->attach(s, "lxc:busy", &a, &e) < 0)
			_exit(1);
	}
}

TEST(sweeping_makes_no_writer_fail)
{
	pid_t pid = fork();
	int status;

	assert_return_code(pid, errno);
	if (pid == 0)
		keep_writing();
	for (int i = 0; i < 3000; i++) {
		if (i % 10 == 0)
			write_file(in_scratch("leases/.new-1-1"), "{", 1);
		store->ops->sweep(store);
	}
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_killed_writers_left_is_swept),
		STORE_TEST(what_a_killed_claim_left_is_swept_unless_it_is_at_work),
		STORE_TEST(other_files_are_not_swept),
		STORE_TEST(what_is_being_written_is_let_alone),
		STORE_TEST(a_writer_that_is_done_holds_nothing_up),
		STORE_TEST(sweeping_makes_no_writer_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
