/* The service's socket: where it listens, and whose place it takes. */
#include "watch/door.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* Makes the directory of the socket, if it is missing. */
static void make_directory(const char *path)
{
	char *slash, directory[sizeof(((struct sockaddr_un *)0)->sun_path)];

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	*slash = '\0';
	if (*directory)
		mkdir(directory, 0755);
}

/* Whether a socket that answers is another daemon's. A former service's may be, of a child. */
static bool is_anothers(int connection)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	_free_ char *name = NULL;
	char path[64];
	size_t size;

	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)peer.pid);
	return file_read(AT_FDCWD, path, 64, &name, &size) == 0 && strncmp(name, "v6hook", 6) != 0;
}

/*
 * Whether what is at the socket's path is anything but what a former service left: a file, a socket
 * of another kind, or one on which another daemon listens. What is not ours is not removed.
 */
static bool is_foreign(const struct sockaddr_un *name)
{
	_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (lstat(name->sun_path, &st) < 0)
		return false;
	if (!S_ISSOCK(st.st_mode))
		return true;
	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0)
		return is_anothers(fd);
	return errno == EPROTOTYPE;
}

void door_close(struct door *d)
{
	struct stat st;

	if (d->fd < 0)
		return;
	/* another service may have taken the place of its file */
	if (lstat(d->path, &st) == 0 && st.st_dev == d->dev && st.st_ino == d->inode)
		unlink(d->path);
	/* children may have copies of it */
	shutdown(d->fd, SHUT_RDWR);
	close(steal_fd(&d->fd));
}

int door_open(const char *path, struct door *ret, struct error *e)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	_close_ int fd = -1;
	struct stat st;

	if (strlen(path) >= sizeof(name.sun_path))
		return error_set(e, STATUS_USAGE, -ENAMETOOLONG, "socket %s: the path is too long",
				 path);
	memcpy(name.sun_path, path, strlen(path));
	make_directory(path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_sys(e, -errno, "cannot listen on %s", path);
	if (is_foreign(&name))
		return error_set(e, STATUS_FAILED, -EADDRINUSE,
				 "cannot listen on %s: there is something else", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 || chmod(path, 0666) < 0 ||
	    lstat(path, &st) < 0 || listen(fd, SOMAXCONN) < 0)
		return error_sys(e, -errno, "cannot listen on %s", path);
	memcpy(ret->path, name.sun_path, sizeof(ret->path));
	ret->dev = st.st_dev;
	ret->inode = st.st_ino;
	ret->fd = steal_fd(&fd);
	return 0;
}
