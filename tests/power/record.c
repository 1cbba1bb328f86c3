/*
 * Preloaded into a program: writes down, in the file $RECORD_TO, each change that the program makes
 * below the directory $RECORD_BELOW, and each fsync. What it writes is read by replay.c:
 *
 *     create INODE PATH | mkdir INODE PATH | symlink INODE PATH TARGET
 *     rename INODE PATH PATH | unlink PATH
 *     data INODE HEX            all that the file holds now
 *     sync INODE PATH
 *
 * A change by a call that is not here goes unseen; the test compares what was recorded with what
 * there is at the end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The same function as the program would have called. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	static char line[64 * 1024];
	int fd = REAL(openat)(AT_FDCWD, getenv("RECORD_TO"), O_WRONLY | O_APPEND | O_CLOEXEC);
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	/* a record with a hole in it would prove nothing */
	if (fd < 0 || n < 0 || (size_t)n >= sizeof(line) || REAL(write)(fd, line, (size_t)n) != n)
		abort();
	close(fd);
}

/* The path of a name in a directory, or of the descriptor itself if name is null; false if it is
 * not to be recorded. */
static bool path_of(int dir, const char *name, char *out)
{
	char link[64];
	ssize_t n = 0;

	if (!getenv("RECORD_TO") || !getenv("RECORD_BELOW"))
		return false;
	if (!name || *name != '/') {
		snprintf(link, sizeof(link),
			 dir == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", dir);
		n = readlink(link, out, PATH_MAX - 1);
		if (n < 0)
			return false;
	}
	out[n] = '\0';
	if (name)
		snprintf(out + n, (size_t)(PATH_MAX - n), "%s%s", *name == '/' ? "" : "/", name);
	return strncmp(out, getenv("RECORD_BELOW"), strlen(getenv("RECORD_BELOW"))) == 0;
}

static unsigned long inode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? 0 : st.st_ino;
}

/* Tells what the file holds now. */
static void tell_data(int fd)
{
	static const char digits[] = "0123456789abcdef";
	static unsigned char data[16 * 1024];
	static char hex[2 * sizeof(data) + 1];
	char path[PATH_MAX], again[64];
	int saved = errno, in;
	ssize_t n;

	if (!path_of(fd, NULL, path))
		return;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	in = REAL(openat)(AT_FDCWD, again, O_RDONLY | O_CLOEXEC);
	n = in < 0 ? -1 : read(in, data, sizeof(data));
	if (n < 0 || (size_t)n == sizeof(data))
		abort();
	close(in);
	for (ssize_t i = 0; i < n; i++) {
		hex[2 * i] = digits[data[i] >> 4];
		hex[2 * i + 1] = digits[data[i] & 15];
	}
	hex[2 * n] = '\0';
	say("data %lu %s\n", inode_of(path), n ? hex : "-");
	errno = saved;
}

int openat(int dir, const char *name, int flags, ...)
{
	char path[PATH_MAX];
	bool seen = path_of(dir, name, path), is_new = seen && (flags & O_CREAT) && !inode_of(path);
	mode_t mode = 0;
	va_list args;
	int fd;

	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	fd = REAL(openat)(dir, name, flags, mode);
	if (fd >= 0 && is_new)
		say("create %lu %s\n", inode_of(path), path);
	if (fd >= 0 && seen && (flags & O_TRUNC))
		tell_data(fd);
	return fd;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	ssize_t n = REAL(write)(fd, bytes, len);

	if (n > 0 && fd > 2)
		tell_data(fd);
	return n;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	ssize_t n = REAL(pwrite)(fd, bytes, len, at);

	if (n > 0)
		tell_data(fd);
	return n;
}

int ftruncate(int fd, off_t len)
{
	int r = REAL(ftruncate)(fd, len);

	if (r == 0)
		tell_data(fd);
	return r;
}

int fsync(int fd)
{
	char path[PATH_MAX] = "";
	int r = REAL(fsync)(fd);

	/* the directory above counts, too */
	if (r == 0 && getenv("RECORD_TO") && (path_of(fd, NULL, path) || *path))
		say("sync %lu %s\n", inode_of(path), path);
	return r;
}

int fdatasync(int fd)
{
	return fsync(fd);
}

int mkdirat(int dir, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	int r = REAL(mkdirat)(dir, name, mode);

	if (r == 0 && path_of(dir, name, path))
		say("mkdir %lu %s\n", inode_of(path), path);
	return r;
}

int symlinkat(const char *target, int dir, const char *name)
{
	char path[PATH_MAX];
	int r = REAL(symlinkat)(target, dir, name);

	if (r == 0 && path_of(dir, name, path))
		say("symlink %lu %s %s\n", inode_of(path), path, target);
	return r;
}

int unlinkat(int dir, const char *name, int flags)
{
	char path[PATH_MAX];
	int r = REAL(unlinkat)(dir, name, flags);

	if (r == 0 && path_of(dir, name, path))
		say("unlink %s\n", path);
	return r;
}

int renameat2(int from, const char *old, int to, const char *new, unsigned int flags)
{
	char source[PATH_MAX], path[PATH_MAX];
	int r = REAL(renameat2)(from, old, to, new, flags);

	if (r == 0 && path_of(from, old, source) && path_of(to, new, path))
		say("rename %lu %s %s\n", inode_of(path), source, path);
	return r;
}

int renameat(int from, const char *old, int to, const char *new)
{
	return renameat2(from, old, to, new, 0);
}
