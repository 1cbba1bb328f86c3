/* Files read whole and capped, and replaced whole or not at all. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"

#define MADE_MOST (256u << 20) /* bytes of a file that is replaced */

/*
 * Reads into text from used up to room. @size: of the file as it is told, where a read that leaves
 * room is the last. Returns 0 at the end of the file, 1 when full, or -errno.
 */
static int fill(int fd, char *text, size_t room, size_t size, size_t *used)
{
	while (*used < room) {
		ssize_t n = read(fd, text + *used, room - *used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		*used += (size_t)n;
		if (size && *used == size && *used < room)
			return 0;
	}
	return 1;
}

int file_read(int dir, const char *path, size_t most, char **ret, size_t *ret_len)
{
	/* O_NONBLOCK: a FIFO put in the way shall not hold us */
	_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_free_ char *text = NULL;
	struct stat st;
	size_t used = 0, room;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	if ((size_t)st.st_size > most)
		return -EFBIG;
	/* what the size says is a hint only: the file may grow, and in /proc it is 0 */
	room = (size_t)st.st_size + 1024;
	do {
		char *larger;

		/* one byte more than allowed is read, to see that there is one */
		room = room > most ? most + 1 : room;
		larger = realloc(text, room + 1);
		if (!larger)
			return -ENOMEM;
		text = larger;
		r = fill(fd, text, room, (size_t)st.st_size, &used);
		if (r < 0)
			return r;
		if (used > most)
			return -EFBIG;
		room *= 2;
	} while (r > 0);
	text[used] = '\0';
	*ret = steal_ptr(&text);
	*ret_len = used;
	return 0;
}

/* Writes all of it. Returns 0 or -errno. */
static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_new(int dir, const char *text, size_t len, int durable, char *ret_name)
{
	static unsigned int counter;
	_close_ int fd = -1;
	char name[64];
	int r;

	do {
		snprintf(name, sizeof(name), FILE_NEW "%d-%u", (int)getpid(), counter++);
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	} while (fd < 0 && errno == EEXIST);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text, len);
	if (r == 0 && durable && fsync(fd) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, name, 0);
		return r;
	}
	snprintf(ret_name, sizeof(name), "%s", name);
	return 0;
}

/* Makes the directories of a path that are not there. */
static void make_parents(const char *path)
{
	char dir[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		mkdir(dir, 0755);
	}
}

/* Opens the directory of an absolute path. @ret: the name in it. Returns a descriptor or -errno. */
static int open_parent(const char *path, const char **ret)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;

	if (!slash || (size_t)(slash - path) >= sizeof(dir))
		return slash ? -ENAMETOOLONG : -EINVAL;
	snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	*ret = slash + 1;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		make_parents(path);
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

int file_replace(const char *path, const char *mark, const char *text, size_t len, bool durable)
{
	_close_ int dir = -1, fd = -1;
	_free_ char *old = NULL;
	const char *name = NULL;
	char fresh[NAME_MAX + 8];
	size_t old_len = 0;
	int r;

	dir = open_parent(path, &name);
	if (dir < 0)
		return dir;
	r = file_read(dir, name, MADE_MOST, &old, &old_len);
	if (r == 0 && old_len == len && memcmp(old, text, len) == 0)
		return 0;
	if (r == -EISDIR || (r == 0 && old_len && strncmp(old, mark, strlen(mark)) != 0))
		return -EEXIST;
	if (r < 0 && r != -ENOENT)
		return r;
	/* a name that is not read by who reads all files of a directory (dnsmasq --hostsdir) */
	snprintf(fresh, sizeof(fresh), ".%.*s.new", NAME_MAX - 8, name);
	/* what a killed run has left, or another has put there */
	unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	/* whatever the umask is: others read it */
	r = fchmod(fd, 0644) < 0 ? -errno : write_all(fd, text, len);
	if (r == 0 && durable && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(dir, fresh, dir, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dir, fresh, 0);
	return r;
}

void file_unmake(const char *path, const char *mark)
{
	_free_ char *old = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, MADE_MOST, &old, &len) == 0 &&
	    strncmp(old, mark, strlen(mark)) == 0)
		unlink(path);
}

int file_has_room(const char *dir, const char **ret_why)
{
	struct statvfs fs;

	if (statvfs(dir, &fs) < 0)
		return 0;
	if (fs.f_flag & ST_RDONLY) {
		*ret_why = "mounted read-only";
		return -EROFS;
	}
	/* what is reserved for root is room, too */
	if (fs.f_bfree && (fs.f_ffree || !fs.f_files))
		return 0;
	*ret_why = fs.f_bfree ? "no inodes are left (df -i)" : "no space is left (df)";
	return -ENOSPC;
}
