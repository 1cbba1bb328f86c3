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

	path_of(part, dev, name, path);
	return sysctl_read(path, ret, e);
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
	_closedir_ DIR *dir = opendir("/proc/sys/net/ipv6/conf");
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
	/* opened once for both: link_conf says why */
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		refused = -errno;
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	r = read_number(fd, path, &old, e);
	if (r < 0 || old == value)
		return r;
	if (strcmp(dev, "all") == 0 && strcmp(name, "forwarding") == 0)
		remember_all_forwarding(changes);
	if (changes->count == ARRAY_SIZE(changes->list))
		return error_set(e, STATUS_FAILED, -E2BIG, "too many sysctls to change");
	r = refused ? refused : write_number(fd, value);
	if (r < 0)
		return error_sys(e, r, "cannot write %d to %s", value, path);
	remember(changes, part, dev, name, old);
	if (!changes->quiet)
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
		fd = open(path, O_WRONLY | O_CLOEXEC);
		r = write_number(fd, c->old);

		/* one that has gone with its interface needs nothing put back */
		if (r < 0 && r != -ENOENT)
			note(NOTE_WARNING, "cannot put %d back into %s: %s", c->old, path,
			     strerror(-r));
	}
}
