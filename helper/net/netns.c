/* A container's network namespace, pinned by descriptors so that no reused PID can stand for it. */
#include "net/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/nsfs.h>
#include <linux/sockios.h>

#include "base/note.h"
#include "base/process.h"
#include "wire/nl.h"

#define HOME_TRIES 1000 /* a millisecond apart */

static const char *const own_path = "/proc/thread-self/ns/net";

/*
 * Whether it is the caller's own namespace, which a process has for life but for moments
 * (netns_within). Returns 1, 0 or -errno.
 */
static int is_own(const struct stat *st)
{
	static struct stat own;

	if (own.st_ino == 0 && stat(own_path, &own) < 0)
		return -errno;
	return st->st_dev == own.st_dev && st->st_ino == own.st_ino;
}

/* Fills in the identity; refuses what is no network namespace, and the caller's own. */
static int identify(struct netns *n, const char *what, struct error *e)
{
	int r, type = ioctl(n->fd, NS_GET_NSTYPE);
	struct stat st;

	if (type < 0 && errno != ENOTTY)
		return error_sys(e, -errno, "cannot identify %s", what);
	if (type != CLONE_NEWNET)
		return error_set(e, STATUS_FAILED, -EINVAL, "%s is no network namespace", what);
	if (fstat(n->fd, &st) < 0)
		return error_sys(e, -errno, "cannot identify %s", what);
	r = is_own(&st);
	if (r < 0)
		return error_sys(e, r, "cannot identify the host's network namespace");
	if (r > 0)
		return error_set(e, STATUS_FAILED, -EBUSY,
				 "it is on the host's own network: there is nothing to attach");
	n->dev = st.st_dev;
	n->inode = st.st_ino;
	return 0;
}

static int gone(pid_t pid, struct error *e)
{
	return error_set(e, STATUS_NO_CONTAINER, -ESRCH, "no process %d: it is not running",
			 (int)pid);
}

/* Pins what n->fd holds. @what: for a message. Returns 0 or as netns_pin_pid. */
static int pin(struct netns *n, const char *what, struct netns *ret, struct error *e)
{
	int r = identify(n, what, e);

	if (r < 0)
		return r;
	*ret = *n;
	*n = (struct netns)NETNS_NONE;
	return 0;
}

int netns_pin_pid(pid_t pid, struct netns *ret, struct error *e)
{
	_netns_ struct netns n = NETNS_NONE;
	char path[64];
	int r;

	n.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (n.pidfd < 0)
		return errno == ESRCH || errno == EINVAL
			       ? gone(pid, e)
			       : error_sys(e, -errno, "cannot pin process %d", (int)pid);
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	n.proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (n.proc >= 0)
		n.fd = openat(n.proc, "ns/net", O_RDONLY | O_CLOEXEC);
	if (n.fd < 0)
		return errno == ENOENT || errno == ESRCH
			       ? gone(pid, e)
			       : error_sys(e, -errno,
					   "cannot open the network namespace of process %d",
					   (int)pid);
	r = process_started(n.proc, &n.started);
	if (r < 0 && r != -ESRCH)
		return error_sys(e, r, "cannot tell when process %d was started", (int)pid);
	if (r < 0 || !process_lives(n.pidfd))
		return gone(pid, e);
	snprintf(path, sizeof(path), "the namespace of process %d", (int)pid);
	return pin(&n, path, ret, e);
}

int netns_pin_file(const char *path, struct netns *ret, struct error *e)
{
	_netns_ struct netns n = NETNS_NONE;

	n.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (n.fd < 0)
		return error_set(e, errno == ENOENT ? STATUS_NO_CONTAINER : STATUS_FAILED, -errno,
				 "cannot open network namespace %s: %s", path, strerror(errno));
	return pin(&n, path, ret, e);
}

/*
 * Whether a descriptor is a namespace's, by the name that the kernel gives it: what else it may be
 * is not touched, as its file system may be anybody's (FUSE) and need not answer.
 */
static bool is_named_netns(int fd)
{
	char path[64], name[32];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	n = readlink(path, name, sizeof(name));
	/* the name of a file begins with a slash */
	return n > 5 && strncmp(name, "net:[", 5) == 0;
}

int netns_pin_fd(int fd, struct netns *ret, struct error *e)
{
	_netns_ struct netns n = NETNS_NONE;

	if (!is_named_netns(fd))
		return error_set(e, STATUS_FAILED, -EINVAL,
				 "the descriptor is no network namespace");
	n.fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (n.fd < 0)
		return error_sys(e, -errno, "cannot take the descriptor");
	return pin(&n, "the descriptor", ret, e);
}

int netns_pin_peer(int connection, struct netns *ret, struct error *e)
{
	_netns_ struct netns n = NETNS_NONE;

	n.fd = ioctl(connection, SIOCGSKNS);
	if (n.fd < 0)
		return error_sys(e, -errno, "cannot tell the asker's network namespace");
	fcntl(n.fd, F_SETFD, FD_CLOEXEC);
	return pin(&n, "the asker's", ret, e);
}

int netns_owner(const struct netns *n, uid_t *ret, struct error *e)
{
	_close_ int users = ioctl(n->fd, NS_GET_USERNS);

	if (users < 0 || ioctl(users, NS_GET_OWNER_UID, ret) < 0)
		return error_sys(e, -errno, "cannot tell whose the network namespace is");
	return 0;
}

int netns_check(const struct netns *n, struct error *e)
{
	struct stat st = { 0 };
	int r;

	if (n->pidfd < 0)
		return 0;
	r = fstatat(n->proc, "ns/net", &st, 0) < 0 ? -errno : 0;
	if (r < 0 && r != -ENOENT && r != -ESRCH && r != -EACCES)
		return error_sys(e, r, "cannot look at the container's network namespace");
	if (!process_lives(n->pidfd) || st.st_dev != n->dev || st.st_ino != n->inode)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "the container stopped while it was being attached");
	return 0;
}

/* Enters a network namespace; a shortage of memory may pass. Returns 0 or -errno. */
static int enter(int fd, unsigned int tries)
{
	int r = setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;

	while (r < 0 && --tries) {
		usleep(1000);
		r = setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
	}
	return r;
}

int netns_within(const struct netns *n, int (*work)(void *arg, struct error *e), void *arg,
		 struct error *e)
{
	_close_ int home = open(own_path, O_RDONLY | O_CLOEXEC);
	int r;

	if (home < 0)
		return error_sys(e, -errno, "cannot open the host's network namespace");
	r = enter(n->fd, 1);
	if (r < 0)
		return error_sys(e, r, "cannot enter the container's network namespace");
	r = work(arg, e);
	/* whatever would be done now would be done to the container: the next run mends it */
	if (enter(home, HOME_TRIES) < 0) {
		note(NOTE_WARNING, "cannot return to the host's network: run v6hook reconcile");
		abort();
	}
	return r;
}

static int open_here(void *arg, struct error *e)
{
	return nl_open(arg, e);
}

int netns_nl_open(const struct netns *n, struct nl_sock **ret, struct error *e)
{
	return netns_within(n, open_here, ret, e);
}
