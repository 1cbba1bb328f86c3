/*
 * The sysctls that forwarding and proxying hang on: read, and written only where they differ.
 *
 * Theory of operation: each network namespace has settings of its own, and all of them have the
 * same names. What a proc file system was asked for it remembers, so that a look-up below
 * /proc/sys/net goes through all namespaces that somebody has looked into
 * (fs/proc/proc_sysctl.c: proc_sys_compare): half a millisecond where there are 1,000. Where there
 * are many, a proc file system of our own is made, which remembers nobody's, and goes with us.
 */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "base/note.h"

#define NAMESPACES_MANY 100 /* from here on a look-up takes longer than a file system's making */

static int own = -1; /* the root of our own proc */

void sysctl_apart(int namespaces)
{
	_close_ int context = -1;

	/* a filter (the service's) may kill who calls this */
	if (own >= 0 || namespaces < NAMESPACES_MANY || prctl(PR_GET_SECCOMP) != 0)
		return;
	context = fsopen("proc", FSOPEN_CLOEXEC);
	if (context >= 0 && fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		own = fsmount(context, FSMOUNT_CLOEXEC,
			      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

/* Opens a file or directory of /proc. Returns its descriptor, or -1 with errno set. */
static int open_proc(const char *path, int flags)
{
	return own < 0 ? open(path, flags | O_CLOEXEC)
		       : openat(own, path + strlen("/proc/"), flags | O_CLOEXEC);
}

/* Returns 0 or -errno. @fd: of a number's file, or less than 0, with errno set */
static int read_number(int fd, const char *path, int *ret, struct error *e)
{
	char text[16] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return error_sys(e, -errno, "cannot read %s", path);
	*ret = atoi(text);
	return 0;
}

int sysctl_read(const char *path, int *ret, struct error *e)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	return read_number(fd, path, ret, e);
}

/* Returns 0 or -errno. */
static int write_number(int fd, int value)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", value);

	return fd < 0 || pwrite(fd, text, (size_t)n, 0) != n ? -errno : 0;
}

#define PATH_SIZE 128

static void path_of(const char *part, const char *dev, const char *name, char out[PATH_SIZE])
{
	snprintf(out, PATH_SIZE, "/proc/sys/net/ipv6/%s/%.*s/%s", part, IF_NAMESIZE - 1, dev, name);
}

static void remember(struct sysctl_changes *changes, const char *part, const char *dev,
		     const char *name, int old)
{
	struct sysctl_change *c = &changes->list[changes->count++];

	*c = (struct sysctl_change){ .part = part, .name = name, .old = old };
	snprintf(c->dev, sizeof(c->dev), "%.*s", IF_NAMESIZE - 1, dev);
}

int sysctl_get(const char *part, const char *dev, const char *name, int *ret, struct error *e)
{
	char path[PATH_SIZE];
	_close_ int fd = -1;

	path_of(part, dev, name, path);
	fd = open_proc(path, O_RDONLY);
	return read_number(fd, path, ret, e);
}

bool sysctl_are(const char *part, const char *dev, const struct sysctl_value values[2])
{
	_close_ int dir = -1;
	char path[PATH_SIZE];
	struct error ignored;

	path_of(part, dev, "", path);
	dir = open_proc(path, O_PATH | O_DIRECTORY);
	for (int i = 0; i < 2; i++) {
		_close_ int fd = openat(dir, values[i].name, O_RDONLY | O_CLOEXEC);
		int now;

		if (dir < 0 || read_number(fd, values[i].name, &now, &ignored) < 0 ||
		    now != values[i].value)
			return false;
	}
	return true;
}

/* Remembers an interface that forwards by itself, to be restored after what is added next. */
static void remember_forwarding(const char *dev, struct sysctl_changes *changes)
{
	struct error ignored;
	int now;

	/* room is kept for the changes of the caller's own */
	if (sysctl_get("conf", dev, "forwarding", &now, &ignored) == 0 && now == 1 &&
	    changes->count < ARRAY_SIZE(changes->list) - 16)
		remember(changes, "conf", dev, "forwarding", 1);
}

static void remember_all_forwarding(struct sysctl_changes *changes)
{
	int fd = open_proc("/proc/sys/net/ipv6/conf", O_RDONLY | O_DIRECTORY);
	_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			remember_forwarding(entry->d_name, changes);
}

int sysctl_set(const char *part, const char *dev, const char *name, int value,
	       struct sysctl_changes *changes, struct error *e)
{
	char path[PATH_SIZE];
	_close_ int fd = -1;
	int r, old, refused = 0;

	path_of(part, dev, name, path);
	/* opened once for both, as the look-up is what costs */
	fd = open_proc(path, O_RDWR);
	if (fd < 0) {
		refused = -errno;
		fd = open_proc(path, O_RDONLY);
	}
	r = read_number(fd, path, &old, e);
	if (r < 0 || old == value)
		return r;
	if (strcmp(dev, "all") == 0 && strcmp(name, "forwarding") == 0)
		remember_all_forwarding(changes);
	if (changes->count == ARRAY_SIZE(changes->list))
		return error_set(e, STATUS_FAILED, -E2BIG, "too many sysctls to change");
	r = changes->tell ? 0 : refused ? refused : write_number(fd, value);
	if (r < 0)
		return error_sys(e, r, "cannot write %d to %s", value, path);
	remember(changes, part, dev, name, old);
	if (!changes->quiet && !changes->tell)
		note(NOTE_DETAIL, "sysctl %s = %d (was %d)", path + strlen("/proc/sys/"), value,
		     old);
	return 0;
}

void sysctl_restore(const struct sysctl_changes *changes)
{
	for (size_t i = changes->count; i-- > 0;) {
		const struct sysctl_change *c = &changes->list[i];
		_close_ int fd = -1;
		char path[PATH_SIZE];
		int r;

		path_of(c->part, c->dev, c->name, path);
		fd = open_proc(path, O_WRONLY);
		r = write_number(fd, c->old);

		/* one that has gone with its interface needs nothing put back */
		if (r < 0 && r != -ENOENT)
			note(NOTE_WARNING, "cannot put %d back into %s: %s", c->old, path,
			     strerror(-r));
	}
}
