/* Programs of the system's that are asked to do something: no shell, no environment, and a
 * deadline. */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

#define SAID_MAX 2048 /* of what it says the last is kept */

static const char *const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

/* Opens the program. Returns a descriptor, -ENOENT, -EPERM or -errno. */
static int find(const char *name, char *path, size_t size)
{
	struct stat is;
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(directories); i++) {
		snprintf(path, size, "%s/%s", directories[i], name);
		fd = open(path, O_PATH | O_CLOEXEC);
	}
	if (fd < 0)
		return -errno;
	if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_uid == 0 && !(is.st_mode & 0022))
		return fd;
	close(fd);
	return -EPERM;
}

/* The child's part: nothing but what is safe after a fork. */
__attribute__((noreturn)) static void become(const char *path, const char *const *argv,
					     const char *const *environment, int out)
{
	int nothing = open("/dev/null", O_RDONLY);
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    syscall(SYS_close_range, 3, ~0U, 0) < 0)
		_exit(127);
	umask(022);
	if (chdir("/") == 0)
		execve(path, (char *const *)argv, (char *const *)environment);
	_exit(127);
}

/* What a program says, the last of it. */
struct said {
	char text[SAID_MAX];
	size_t len;
};

/* Reads what there is. Returns whether more may come. */
static bool hear(struct said *s, int fd)
{
	char part[512];
	ssize_t n = read(fd, part, sizeof(part));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	if (s->len + (size_t)n > sizeof(s->text) - 1) {
		size_t drop = s->len + (size_t)n - (sizeof(s->text) - 1);

		memmove(s->text, s->text + drop, s->len - drop);
		s->len -= drop;
	}
	memcpy(s->text + s->len, part, (size_t)n);
	s->len += (size_t)n;
	return true;
}

/* Its last line. */
static const char *last_line(struct said *s)
{
	const char *line;

	while (s->len && (s->text[s->len - 1] == '\n' || s->text[s->len - 1] == ' '))
		s->len--;
	s->text[s->len] = '\0';
	line = strrchr(s->text, '\n');
	return line ? line + 1 : s->text;
}

/* Waits for the program's end. Returns its status as waitpid, or -errno; it has ended in any case.
 */
static int wait_for(pid_t pid, int fd, int64_t until, struct said *s)
{
	bool more = true, late = false;
	int status = 0;
	pid_t r = 0;

	while (r == 0 && !late) {
		struct pollfd p = { .fd = more ? fd : -1, .events = POLLIN };
		int64_t left = until - clock_ms();

		late = left <= 0;
		/* its end is not told where something that it has started keeps its output */
		if (!late && poll(&p, 1, left > 20 ? 20 : (int)left) > 0)
			more = hear(s, fd);
		r = waitpid(pid, &status, WNOHANG);
	}
	if (r == 0) {
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return -ETIMEDOUT;
	}
	if (r < 0)
		return -errno;
	while (more && poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0)
		more = hear(s, fd);
	return status;
}

/* As program_run_in; what it said is left in said. */
static int run(const char *const *argv, const char *const *environment, int ms, struct said *said,
	       struct error *e)
{
	const int64_t until = clock_ms() + ms;
	_close_ int program = -1, out = -1;
	const char *line;
	char path[128];
	int ends[2], status;
	pid_t pid;

	program = find(argv[0], path, sizeof(path));
	if (program == -ENOENT)
		return error_set(e, STATUS_FAILED, program, "there is no %s", argv[0]);
	if (program == -EPERM)
		return error_set(e, STATUS_FAILED, program, "%s is not root's alone", path);
	if (program < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return error_sys(e, program < 0 ? program : -errno, "cannot run %s", argv[0]);
	out = ends[0];
	pid = fork();
	if (pid == 0)
		become(path, argv, environment, ends[1]);
	status = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (status < 0)
		return error_sys(e, status, "cannot run %s", argv[0]);
	setpgid(pid, pid); /* whoever of both is first */
	status = wait_for(pid, out, until, said);
	if (status == -ETIMEDOUT)
		return error_set(e, STATUS_FAILED, status, "%s has not ended in %d s", argv[0],
				 ms / 1000);
	if (status < 0)
		return error_sys(e, status, "cannot wait for %s", argv[0]);
	if (status == 0)
		return 0;
	line = last_line(said);
	if (*line)
		return error_set(e, STATUS_FAILED, -EIO, "%s: %s", argv[0], line);
	return error_set(e, STATUS_FAILED, -EIO, "%s ended with status %d", argv[0],
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static const char *const closed[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
				      "HOME=/", NULL };

int program_run(const char *const *argv, int ms, struct error *e)
{
	return program_run_in(argv, closed, ms, e);
}

int program_run_in(const char *const *argv, const char *const *environment, int ms, struct error *e)
{
	struct said said = { .len = 0 };

	return run(argv, environment, ms, &said, e);
}

int program_says(const char *const *argv, int ms, char *ret, size_t size, struct error *e)
{
	struct said said = { .len = 0 };
	int r = run(argv, closed, ms, &said, e);

	if (r == 0)
		snprintf(ret, size, "%s", last_line(&said));
	return r;
}
