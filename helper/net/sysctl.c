/* The sysctls that forwarding and proxying hang on: read, and written only where they differ. */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/note.h"

/* Returns 0 or -errno. @fd: of a number's file, or less than 0, with errno set */
static int read_number(int fd, const char *path, int *ret, struct error *e)
{
	char text[16] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return error_sys(e, -errno, "cannot read %s", path);
	*ret = atoi(text);
	return 0;
}

int sysctl_read_at(int dir, const char *path, int *ret, struct error *e)
{
	_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return read_number(fd, path, ret, e);
}

int sysctl_read(const char *path, int *ret, struct error *e)
{
	return sysctl_read_at(AT_FDCWD, path, ret, e);
}

/* Returns 0 or -errno. */
static int write_number(int fd, int value)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", value);

	return fd < 0 || pwrite(fd, text, (size_t)n, 0) != n ? -errno : 0;
}

static void path_of(const char *part, const char *dev, const char *name, char *out, size_t size)
{
	snprintf(out, size, "/proc/sys/net/ipv6/%s/%.32s/%s", part, dev, name);
}

int sysctl_get(const char *part, const char *dev, const char *name, int *ret, struct error *e)
{
	char path[160];

	path_of(part, dev, name, path, sizeof(path));
	return sysctl_read(path, ret, e);
}

/* Remembers an interface that forwards by itself, to be restored after what is added next. */
static void remember_forwarding(const char *dev, struct sysctl_changes *changes)
{
	struct sysctl_change change = { .old = 1 };
	struct error ignored;
	int now;

	path_of("conf", dev, "forwarding", change.path, sizeof(change.path));
	/* room is kept for the changes of the caller's own */
	if (sysctl_read(change.path, &now, &ignored) == 0 && now == 1 &&
	    changes->count < ARRAY_SIZE(changes->list) - 16)
		changes->list[changes->count++] = change;
}

static void remember_all_forwarding(struct sysctl_changes *changes)
{
	_closedir_ DIR *dir = opendir("/proc/sys/net/ipv6/conf");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			remember_forwarding(entry->d_name, changes);
}

int sysctl_set(const char *part, const char *dev, const char *name, int value,
	       struct sysctl_changes *changes, struct error *e)
{
	struct sysctl_change change;
	_close_ int fd = -1;
	int r, refused = 0;

	path_of(part, dev, name, change.path, sizeof(change.path));
	/* opened once for both: link_conf says why */
	fd = open(change.path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		refused = -errno;
		fd = open(change.path, O_RDONLY | O_CLOEXEC);
	}
	r = read_number(fd, change.path, &change.old, e);
	if (r < 0 || change.old == value)
		return r;
	if (strcmp(dev, "all") == 0 && strcmp(name, "forwarding") == 0)
		remember_all_forwarding(changes);
	if (changes->count == ARRAY_SIZE(changes->list))
		return error_set(e, STATUS_FAILED, -E2BIG, "too many sysctls to change");
	r = refused ? refused : write_number(fd, value);
	if (r < 0)
		return error_sys(e, r, "cannot write %d to %s", value, change.path);
	changes->list[changes->count++] = change;
	if (!changes->quiet)
		note(NOTE_DETAIL, "sysctl %s = %d (was %d)", change.path + strlen("/proc/sys/"),
		     value, change.old);
	return 0;
}

void sysctl_restore(const struct sysctl_changes *changes)
{
	for (size_t i = changes->count; i-- > 0;) {
		_close_ int fd = open(changes->list[i].path, O_WRONLY | O_CLOEXEC);
		int r = write_number(fd, changes->list[i].old);

		/* one that has gone with its interface needs nothing put back */
		if (r < 0 && r != -ENOENT)
			note(NOTE_WARNING, "cannot put %d back into %s: %s", changes->list[i].old,
			     changes->list[i].path, strerror(-r));
	}
}
