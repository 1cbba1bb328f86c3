/*
 * Who is at the other end of a connection, for sharing out the service's time among them.
 *
 * Theory of operation: a user may have 65536 further user IDs and make as many namespaces as they
 * like, and so may the root of a container. What they cannot leave is the outermost namespace below
 * ours that they are in: of processes for a container, of users for the rest. Whoever made that one
 * is who asks; if that was root, it is the namespace itself.
 */
#include "watch/who.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/process.h"
#include "net/netns.h"

#define NAMESPACE (1ULL << 63) /* no user's number is that large */
#define GONE (1ULL << 62)
#define DEPTH_MOST 64 /* namespaces nest 32 deep: namespaces(7) */

/* Whether a descriptor is our own namespace. @own: its file */
static bool is_own(int fd, const char *own, uint64_t *ret_inode)
{
	struct stat a, b;

	if (fstat(fd, &a) < 0 || stat(own, &b) < 0)
		return false;
	*ret_inode = a.st_ino;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * Goes up from a namespace to the outermost one below ours, which then replaces it. Returns 1, 0 if
 * it is ours, or -errno.
 */
static int climb(int *fd, const char *own, uint64_t *ret_inode)
{
	uint64_t ignored;

	if (is_own(*fd, own, ret_inode))
		return 0;
	for (int i = 0; i < DEPTH_MOST; i++) {
		_close_ int parent = ioctl(*fd, NS_GET_PARENT);

		if (parent < 0)
			return -errno;
		if (is_own(parent, own, &ignored))
			return is_own(*fd, own, ret_inode) ? 0 : 1;
		close(*fd);
		*fd = steal_fd(&parent);
	}
	return -ELOOP;
}

/* The user who made the outermost user namespace from this one up; 0 for ours. */
static int maker(int *users, uid_t *ret)
{
	uint64_t ignored;
	int r = climb(users, "/proc/self/ns/user", &ignored);

	*ret = 0;
	if (r == 1 && ioctl(*users, NS_GET_OWNER_UID, ret) < 0)
		return -errno;
	return r;
}

/* The number of a process that connected as a user. Returns 0, or -errno if it is gone. */
static int number(const struct ucred *who, int pidfd, uint64_t *ret)
{
	_close_ int users = -1, pids = -1;
	uint64_t inode;
	char path[64];
	uid_t user;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)who->pid);
	pids = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)who->pid);
	users = open(path, O_RDONLY | O_CLOEXEC);
	if (pids < 0 || users < 0 || !process_lives(pidfd))
		return -ESRCH;
	r = climb(&pids, "/proc/self/ns/pid", &inode);
	if (r < 0)
		return r;
	if (r == 1) {
		_close_ int of_pids = ioctl(pids, NS_GET_USERNS);

		r = of_pids < 0 ? -errno : maker(&of_pids, &user);
		if (r < 0)
			return r;
		*ret = user ? user : inode | NAMESPACE;
		return 0;
	}
	r = maker(&users, &user);
	if (r < 0)
		return r;
	*ret = r == 0 ? who->uid : user;
	return 0;
}

int who_asks(int connection, struct who *ret)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct error ignored;
	struct ucred peer;
	_close_ int pidfd = -1;
	struct who who = { .number = GONE };
	int r = netns_pin_peer(connection, &netns, &ignored);

	if (r < 0 && r != -EBUSY)
		return r;
	who.side = r == 0;
	if (process_peer(connection, &peer, &pidfd) < 0 || number(&peer, pidfd, &who.number) < 0)
		who.number = GONE;
	*ret = who;
	return 0;
}
