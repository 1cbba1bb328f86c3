/* Processes as /proc and pidfds tell of them (proc(5), pidfd_open(2)). */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/file.h"

#define STATUS_TEXT_MAX 65536

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* include/uapi/asm-generic/socket.h, Linux 6.5 */
#endif

int process_read(pid_t pid, struct process *ret)
{
	struct process p = { .pid = pid };
	_free_ char *text = NULL;
	const char *line;
	char path[64];
	size_t len;
	int skip = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (file_read(AT_FDCWD, path, STATUS_TEXT_MAX, &text, &len) < 0)
		return -ESRCH;
	line = strstr(text, "\nPPid:");
	if (!line || sscanf(line, "\nPPid: %d", &p.parent) != 1)
		return -ESRCH;
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line, "\nUid: %u %u", &p.real_uid, &p.uid) != 2)
		return -ESRCH;
	/* from our own PID namespace to its own: "NSpid:\t4711\t1" */
	line = strstr(text, "\nNSpid:");
	for (line = line ? line + 7 : NULL; line && sscanf(line, " %d%n", &p.inner, &skip) == 1;
	     line += skip, skip = 0) {
		p.depth++;
		if (line[skip] == '\n') /* %d would go on to the next line */
			break;
	}
	if (p.depth == 0)
		return -ESRCH;
	*ret = p;
	return 0;
}

/* Reads the file that tells of a process in one line. Returns 0, -ESRCH or -errno. */
static int read_started(int dir, const char *path, uint64_t *ret)
{
	_free_ char *text = NULL;
	unsigned long long started;
	const char *rest;
	size_t len;
	int r = file_read(dir, path, STATUS_TEXT_MAX, &text, &len);

	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	/* the name, in parentheses, may hold anything; the state after it is field 3, this is 22 */
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest,
			    ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			    "%*s %*s %*s %llu",
			    &started) != 1)
		return -ESRCH;
	*ret = started;
	return 0;
}

int process_started_at(pid_t pid, uint64_t *ret)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return read_started(AT_FDCWD, path, ret);
}

int process_started(int proc, uint64_t *ret)
{
	return read_started(proc, "stat", ret);
}

int process_is(pid_t pid, uint64_t started)
{
	_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), proc = -1;
	uint64_t now;
	char path[64];
	int r;

	if (pidfd < 0)
		return errno == ESRCH || errno == EINVAL ? 0 : -errno;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return errno == ENOENT ? 0 : -errno;
	r = process_started(proc, &now);
	if (r < 0)
		return r == -ESRCH ? 0 : r;
	return now == started && process_lives(pidfd);
}

int process_of_pidfd(int pidfd, pid_t *ret)
{
	_free_ char *text = NULL;
	const char *line;
	char path[64];
	size_t len;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (file_read(AT_FDCWD, path, STATUS_TEXT_MAX, &text, &len) < 0)
		return -EINVAL;
	line = strstr(text, "\nPid:");
	if (!line || sscanf(line, "\nPid: %d", ret) != 1)
		return -EINVAL;
	return *ret > 0 && process_lives(pidfd) ? 0 : -ESRCH;
}

bool process_lives(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r = -1;

	/* want of memory says nothing about the process */
	for (int tries = 0; tries < 4 && r < 0; tries++)
		r = poll(&p, 1, 0);
	return r == 0;
}

int process_peer(int connection, struct ucred *ret_who, int *ret_pidfd)
{
	socklen_t len = sizeof(*ret_who), size = sizeof(int);
	int pidfd = -1;

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, ret_who, &len) < 0)
		return -errno;
	if (getsockopt(connection, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) == 0) {
		*ret_pidfd = pidfd;
		return 0;
	}
	/* of one that is gone there is none: its number may be another's, who has no part in it */
	if (errno != ENOPROTOOPT)
		return -errno;
	/* before Linux 6.5: by its number, which may be another's by now */
	pidfd = (int)syscall(SYS_pidfd_open, ret_who->pid, 0);
	if (pidfd < 0)
		return -errno;
	*ret_pidfd = pidfd;
	return 0;
}
