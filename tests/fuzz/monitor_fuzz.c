/*
 * Fuzzes what is made of the name of a monitor's socket, which a user chooses: whose container is a
 * process in?
 *
 * A child, which has the fuzzer's open files, is the monitor of a process that is the first of its
 * PID namespace, and of two that this one has started, the second of which leaves its network.
 * Another process comes in from outside, as by lxc-attach.
 * Without the right to make a namespace, in one of a user namespace; where that is not to be had
 * either, nothing is found.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/runtime.h"

/* Ends with its parent, and does nothing until then. */
static _Noreturn void wait_for_ever(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

/* The first process of the namespace, which starts two others. */
static _Noreturn void be_init(void)
{
	if (fork() == 0)
		wait_for_ever();
	if (fork() == 0) {
		must(unshare(CLONE_NEWNET) == 0);
		wait_for_ever();
	}
	wait_for_ever();
}

/* The monitor: tells the first process of the container, or 0. */
static _Noreturn void be_monitor(int tell)
{
	pid_t init = 0;

	if (unshare(CLONE_NEWPID) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0)
		init = fork();
	else
		init = -1;
	if (init == 0)
		be_init();
	must(write(tell, &init, sizeof(init)) == sizeof(init));
	wait_for_ever();
}

/* In place of the C library's: whether the kernel is one that tells the first process of a
 * namespace. */
static bool is_old;

int ioctl(int fd, unsigned long what, ...)
{
	va_list args;
	long argument;

	va_start(args, what);
	argument = va_arg(args, long);
	va_end(args);
	if (is_old) {
		errno = ENOTTY;
		return -1;
	}
	return (int)syscall(SYS_ioctl, fd, what, argument);
}

/* Starts them all. Returns the first process, or -1; @ret_others: the other ones in there */
static pid_t start(pid_t ret_others[2])
{
	char path[64];
	pid_t init;
	int ends[2];
	FILE *f;

	must(pipe(ends) == 0);
	if (syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0) == 0)
		be_monitor(ends[1]);
	must(read(ends[0], &init, sizeof(init)) == sizeof(init));
	if (init <= 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)init, (int)init);
	for (int i = 0, n = 0; i < 5000 && n < 2; i++) {
		usleep(1000);
		f = fopen(path, "re");
		must(f);
		n = fscanf(f, "%d %d", &ret_others[0], &ret_others[1]);
		fclose(f);
	}
	return init;
}

/* Brings a process into the namespaces of another. Returns it, or -1. */
static pid_t bring_in(pid_t init)
{
	static const char *const which[] = { "user", "pid" };
	pid_t pid = -1;
	int ends[2];

	must(pipe(ends) == 0);
	if (fork() == 0) {
		bool in = false;

		for (size_t i = 0; i < 2; i++) {
			char path[64];
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)init, which[i]);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			in = fd >= 0 && setns(fd, 0) == 0;
		}
		if (in && (pid = fork()) == 0)
			wait_for_ever();
		must(write(ends[1], &pid, sizeof(pid)) == sizeof(pid));
		wait_for_ever();
	}
	must(read(ends[0], &pid, sizeof(pid)) == sizeof(pid));
	return pid;
}

/* Listens on an abstract socket. Returns the socket, or -1 if it cannot have that name. */
static int listen_on(const uint8_t *name, size_t size)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0);
	memcpy(a.sun_path + 1, name, size);
	if (bind(fd, (struct sockaddr *)&a,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + size)) == 0 &&
	    listen(fd, 1) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Whether what was found is what the name says. */
static void check_found(const struct instance *i, const char *path, const uint8_t *name,
			size_t size, pid_t init)
{
	char again[256];

	must(i->pid == init && strcmp(i->ident.runtime, "lxc") == 0);
	must(*i->ident.name && !strchr(i->ident.name, '/'));
	must(snprintf(again, sizeof(again), "%s/%s/command", path, i->ident.name) == (int)size);
	must(memcmp(again, name, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static pid_t init, others[2], guest;
	pid_t asks[6];
	int fd;

	if (!init) {
		init = start(others);
		guest = init > 0 ? bring_in(init) : -1;
	}
	asks[0] = init;
	asks[1] = others[0];
	asks[2] = others[1];
	asks[3] = guest > 0 ? guest : init;
	asks[4] = getpid();
	asks[5] = INT_MAX; /* nobody's */
	is_old = size % 2;
	if (size == 0 || size > 107 || init < 0)
		return 0;
	fd = listen_on(data, size);
	for (size_t i = 0; fd >= 0 && i < 6; i++) {
		struct instance found;
		char path[128];
		struct error e;

		must(runtime_lxc_of(asks[i], &found, path, 1, &e) < 0 || !*path);
		if (runtime_lxc_of(asks[i], &found, path, sizeof(path), &e) < 0)
			must(*e.text && (i < 4 || e.status == STATUS_NO_CONTAINER));
		else
			check_found(&found, path, data, size, init);
	}
	if (fd >= 0)
		close(fd);
	return 0;
}
