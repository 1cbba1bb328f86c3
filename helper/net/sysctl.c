/* The sysctls that forwarding and proxying hang on: read, and written only where they differ. */
#include "net/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/note.h"

static int read_number(const char *path, int *ret, struct error *e)
{
	_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return error_sys(e, -errno, "cannot read %s", path);
	*ret = atoi(text);
	return 0;
}

/* Returns 0 or -errno. */
static int write_number(const char *path, int value)
{
	_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", value);

	return fd < 0 || write(fd, text, (size_t)n) != n ? -errno : 0;
}

static void path_of(const char *part, const char *dev, const char *name, char *out, size_t size)
{
	snprintf(out, size, "/proc/sys/net/ipv6/%s/%s/%s", part, dev, name);
}

int sysctl_get(const char *part, const char *dev, const char *name, int *ret, struct error *e)
{
	char path[160];

	path_of(part, dev, name, path, sizeof(path));
	return read_number(path, ret, e);
}

int sysctl_set(const char *part, const char *dev, const char *name, int value,
	       struct sysctl_changes *changes, struct error *e)
{
	struct sysctl_change change;
	int r;

	path_of(part, dev, name, change.path, sizeof(change.path));
	r = read_number(change.path, &change.old, e);
	if (r < 0 || change.old == value)
		return r;
	if (changes->looking) {
		changes->differs = true;
		return 0;
	}
	if (changes->count == sizeof(changes->list) / sizeof(changes->list[0]))
		return error_set(e, STATUS_FAILED, -E2BIG, "too many sysctls to change");
	r = write_number(change.path, value);
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
	for (size_t i = changes->count; i-- > 0;)
		if (write_number(changes->list[i].path, changes->list[i].old) < 0)
			note(NOTE_WARNING, "cannot put %d back into %s: %s", changes->list[i].old,
			     changes->list[i].path, strerror(errno));
}
