/* The directory store's directories: opened, made, and opened again when they have been replaced.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/note.h"
#include "store/lease_dir.h"

/*
 * Opens the directory name in at, making it if write is set; a new one is made durable.
 * Returns 0 with -1 in *ret_fd for a reader that finds none, 1 if it was made, or -errno.
 */
static int open_dir(int at, const char *name, bool write, int *ret_fd)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = openat(at, name, flags);
	bool made = false;

	if (fd < 0 && errno == ENOENT && write) {
		/* another may have made it meanwhile */
		made = mkdirat(at, name, 0755) == 0;
		if (!made && errno != EEXIST)
			return -errno;
		fd = openat(at, name, flags);
		if (fd >= 0 && at != AT_FDCWD && fsync(at) < 0) {
			close(fd);
			return -errno;
		}
	}
	if (fd < 0 && !(errno == ENOENT && !write))
		return -errno;
	*ret_fd = fd;
	return made;
}

/* Whether a directory holds anything. */
static bool is_filled(int at, const char *name)
{
	_close_ int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = 0, ignored;
	_closedir_ DIR *dir = fd < 0 ? NULL : lease_dir_entries(fd, &ignored);

	while (dir && readdir(dir))
		count++;
	return count > 2;
}

/*
 * Opens one of the two directories below the store's; what is no directory is moved out of the
 * way. Returns 0 or -errno.
 */
static int open_part(struct lease_dir *d, const char *name, int *ret_fd)
{
	int r = open_dir(d->top, name, d->write, ret_fd);

	if (d->write && (r == -ENOTDIR || r == -ELOOP || r == -EEXIST || r == -ENOENT) &&
	    lease_dir_clear_way(d, d->top, name, "it is no directory") == 0)
		r = open_dir(d->top, name, d->write, ret_fd);
	if (!d->write && (r == -ENOTDIR || r == -ELOOP)) {
		note(NOTE_WARNING, "%s/%s is no directory", d->path, name);
		return 0;
	}
	if (r == 1 && is_filled(d->top, strcmp(name, "leases") == 0 ? "attached" : "leases"))
		note(NOTE_WARNING,
		     "%s/%s was gone: made anew, and filled again with what is known otherwise",
		     d->path, name);
	return r < 0 ? r : 0;
}

/* Whether the name leads to what the descriptor holds. */
static bool is_there(int at, const char *name, int fd)
{
	struct stat now, then;

	return fstatat(at, name, &now, 0) == 0 && fstat(fd, &then) == 0 &&
	       now.st_dev == then.st_dev && now.st_ino == then.st_ino;
}

/* Opens one of the parts anew if it is another by now. Returns 0 or -errno. */
static int renew_part(struct lease_dir *d, const char *name, int *fd)
{
	int now = -1, r;

	if (*fd < 0 || is_there(d->top, name, *fd))
		return 0;
	r = open_part(d, name, &now);
	if (r < 0)
		return r;
	if (now >= 0) {
		close(*fd);
		*fd = now;
		d->ears.stale = true;
	}
	return 0;
}

int lease_dir_renew(struct lease_dir *d, struct error *e)
{
	int top = -1, r = 0;

	if (d->top >= 0 && d->write && !is_there(AT_FDCWD, d->path, d->top)) {
		r = open_dir(AT_FDCWD, d->path, false, &top);
		/* a new one would stand in the way of the old one when that is moved back */
		if (r == 0 && top < 0)
			return error_set(e, STATUS_FAILED, -ENOENT, LEASE_DIR_GONE, d->path);
		if (r >= 0) {
			close(d->top);
			d->top = top;
			d->ears.stale = true;
		}
	}
	if (r >= 0 && d->write)
		r = renew_part(d, "leases", &d->leases);
	if (r >= 0 && d->write)
		r = renew_part(d, "attached", &d->attached);
	return r < 0 ? error_sys(e, r, "cannot open the lease store %s", d->path) : 0;
}

/*
 * Makes the names of the store's directories durable unless that has been done: whoever made them
 * may not have come to it yet. The lock is made only after it, by those that have opened the store.
 * Returns 0 or -errno.
 */
static int settle_dirs(struct lease_dir *d)
{
	_close_ int above = -1;

	if (faccessat(d->top, "lock", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	above = openat(d->top, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* one that may not be read was not made a moment ago by one of us */
	if (fsync(d->top) < 0 || (above >= 0 && fsync(above) < 0))
		return errno == EROFS ? 0 : -errno;
	return 0;
}

int lease_dir_open_all(struct lease_dir *d)
{
	int r = open_dir(AT_FDCWD, d->path, d->write, &d->top);

	if (r >= 0 && d->top >= 0)
		r = open_part(d, "leases", &d->leases);
	if (r >= 0 && d->top >= 0)
		r = open_part(d, "attached", &d->attached);
	if (r >= 0 && d->write)
		r = settle_dirs(d);
	return r < 0 ? r : 0;
}
