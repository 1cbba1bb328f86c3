/*
 * The first process of a container that was created and not started, by its runtime's state.
 *
 * Theory of operation: runc and crun write down the process that waits for the start, and when that
 * began, in clock ticks since the boot as the kernel counts them (proc_pid_stat(5)). Of a process
 * that is opened first and began at that time all that is opened afterwards is the container's.
 */
#include "born.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/member.h"

/* What the two call their state: runc's libcontainer/container.go, crun's libcrun/status.c. */
static const struct {
	const char *root, *file, *pid, *began;
} known[] = {
	{ "/run/runc", "state.json", "init_process_pid", "init_process_start" },
	{ "/run/crun", "status", "pid", "process-start-time" },
};

/* Reads a file's beginning. Returns whether there is anything. */
static int read_text(const char *path, char *text, size_t size)
{
	/* a pipe would hold the start for as long as nobody writes to it */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = fd;
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
		n = -1;
	while (n >= 0 && fd >= 0 && len < size - 1 &&
	       (n = read(fd, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	text[len] = '\0';
	return n >= 0 && len > 0;
}

/* A whole number of the state's; 0 if there is none. */
static unsigned long long number(const char *text, const char *key)
{
	struct member m;

	return member_find(text, key, &m) ? strtoull(m.value, NULL, 10) : 0;
}

/* Reads the state. Returns whether it tells of a process. */
static int read_state(const struct starts *s, pid_t *pid, unsigned long long *began)
{
	/* what is asked for comes before the container's configuration, which may be long */
	static char text[64 * 1024];
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		int n = snprintf(path, sizeof(path), "%s/%s/%s", s->root ? s->root : known[i].root,
				 s->id, known[i].file);

		if (n < 0 || n >= (int)sizeof(path) || !read_text(path, text, sizeof(text)))
			continue;
		*pid = (pid_t)number(text, known[i].pid);
		*began = number(text, known[i].began);
		if (*pid > 0)
			return 1;
	}
	return 0;
}

/* Whether a process began then. */
static int began_at(pid_t pid, unsigned long long began)
{
	char path[64], text[1024], *field;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (!read_text(path, text, sizeof(text)))
		return 0;
	/* the second field, the program's name, may hold anything; that is the 22nd */
	field = strrchr(text, ')');
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	return field && strtoull(field, NULL, 10) == began;
}

const char *born_open(const struct starts *s, struct born *ret)
{
	unsigned long long began;
	struct born b = { -1, -1 };
	char path[64];
	pid_t pid;

	/* it is to be a name in the directory of the state */
	if (strchr(s->id, '/') || strcmp(s->id, "..") == 0 || !read_state(s, &pid, &began))
		return "the runtime's state does not tell of its first process";
	b.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	b.netns = b.pidfd < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (b.netns >= 0 && began_at(pid, began)) {
		*ret = b;
		return NULL;
	}
	born_close(&b);
	return "its first process has ended, or cannot be opened";
}

int born_is_here(const struct born *b)
{
	struct stat own, other;

	return stat("/proc/self/ns/net", &own) == 0 && fstat(b->netns, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

void born_close(const struct born *b)
{
	if (b->netns >= 0)
		close(b->netns);
	if (b->pidfd >= 0)
		close(b->pidfd);
}
