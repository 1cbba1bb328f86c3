/*
 * The directory store's locks: ranges of one file that stays empty.
 *
 * Theory of operation: the file means nothing, so that anything else in its place is moved away and
 * the file made anew. Whoever has locked makes sure afterwards that it was the file of that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/deadline.h"
#include "base/text.h"
#include "store/lease_dir.h"

/* Whether what was locked is the file that has the name now. */
static bool is_current(struct lease_dir *d, const struct stat *held)
{
	struct stat now;

	return fstatat(d->top, "lock", &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       now.st_dev == held->st_dev && now.st_ino == held->st_ino;
}

/* Opens or makes the file. @type: a shared lock is what can be had where nothing can be written,
 * and nothing can be claimed or freed there. @ret: which file it is. Returns a descriptor or
 * -errno.
 */
static int open_lock(struct lease_dir *d, short *type, struct stat *ret)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	_close_ int fd = -1;

	if (d->top < 0)
		return -ENOENT; /* who only reads makes no directory */
	fd = openat(d->top, "lock", O_RDWR | O_CREAT | flags, 0600);
	if (fd < 0 && errno == EROFS) {
		fd = openat(d->top, "lock", O_RDONLY | flags);
		*type = F_RDLCK;
	}
	if (fd < 0)
		return -errno;
	if (fstat(fd, ret) < 0)
		return -errno;
	return S_ISREG(ret->st_mode) ? steal_fd(&fd) : -EISDIR;
}

/* The same, with whatever cannot be opened out of the way. */
static int open_any(struct lease_dir *d, short *type, struct stat *ret)
{
	int fd = open_lock(d, type, ret);

	if (!d->write)
		return fd;
	if (fd != -EISDIR && fd != -ELOOP && fd != -EACCES && fd != -EPERM && fd != -ENXIO)
		return fd;
	if (faccessat(d->top, "lock", F_OK, AT_SYMLINK_NOFOLLOW) < 0 ||
	    lease_dir_clear_way(d, d->top, "lock", "it is no file that can be locked") < 0)
		return fd;
	return open_lock(d, type, ret);
}

/* Locks, waiting so long. Returns 0, -EBUSY or -errno. */
static int wait_for(int fd, struct flock *lock, unsigned int wait_ms)
{
	unsigned int waited_us = 0, pause_us = 200;

	while (fcntl(fd, F_OFD_SETLK, lock) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EACCES)
			return -errno;
		if (waited_us >= wait_ms * 1000)
			return -EBUSY;
		usleep(pause_us);
		waited_us += pause_us;
		pause_us = pause_us < 10000 ? pause_us * 2 : pause_us;
	}
	return 0;
}

/* The byte of a container comes from its name, past those of the others. */
static struct flock lock_of(enum lease_lock what, const char *ident, bool shared)
{
	return (struct flock){
		.l_type = shared ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = what == LOCK_CONTAINER ? (off_t)(16 + (text_hash(ident, 0) >> 2))
						  : (off_t)what,
		.l_len = 1,
	};
}

int lease_dir_lock_too(struct lease_store *s, const char *ident, unsigned int wait_ms, int fd)
{
	struct flock lock = lock_of(LOCK_CONTAINER, ident, false);
	int r = wait_for(fd, &lock, deadline_cap(wait_ms));
	struct stat held;

	if (r == 0 && fstat(fd, &held) < 0)
		r = -errno;
	return r < 0 ? r : is_current(lease_dir_of(s), &held) ? 0 : -ESTALE;
}

int lease_dir_lock(struct lease_store *s, enum lease_lock what, const char *ident, bool shared,
		   unsigned int wait_ms, int *ret_fd, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct flock lock = lock_of(what, ident, shared);
	int r = lease_dir_renew(d, e);

	if (r < 0)
		return r;
	wait_ms = deadline_cap(wait_ms);
	for (int tries = 0; tries < 16; tries++) {
		struct stat held;
		_close_ int fd = open_any(d, &lock.l_type, &held);

		if (fd < 0)
			return lease_dir_fail(d, "open", "lock", fd, e);
		r = wait_for(fd, &lock, wait_ms);
		if (r == -EBUSY)
			return error_set(e, STATUS_FAILED, r,
					 "another v6hook has been at work on %s for %u ms",
					 ident ? ident : "the host", wait_ms);
		if (r < 0)
			return lease_dir_fail(d, "lock", "lock", r, e);
		if (is_current(d, &held)) {
			*ret_fd = steal_fd(&fd);
			return 0;
		}
	}
	return lease_dir_fail(d, "lock", "lock", -EBUSY, e);
}
