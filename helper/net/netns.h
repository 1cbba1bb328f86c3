/* A container's network namespace, pinned by descriptors so that no reused PID can stand for it. */
#ifndef V6HOOK_NETNS_H
#define V6HOOK_NETNS_H

#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"

struct netns {
	int fd;	      /* the namespace itself */
	int pidfd;    /* -1 when it was given by a file */
	int proc;     /* /proc/PID as a directory, or -1 */
	uint64_t dev; /* identity, with the inode: nsfs */
	uint64_t inode;
	uint64_t started; /* the process, as process_started tells; 0 when it was given by a file */
};

#define NETNS_NONE                                \
	{                                         \
		.fd = -1, .pidfd = -1, .proc = -1 \
	}

static inline void netns_release(struct netns *n)
{
	cleanup_close(&n->fd);
	cleanup_close(&n->pidfd);
	cleanup_close(&n->proc);
}
#define _netns_ CLEANUP(netns_release)

/*
 * Pins the namespace of a process: opens pidfd, /proc/PID and ns/net, then checks that the process
 * lived through it (pidfd_open(2)).
 * Returns 0; -ESRCH with STATUS_NO_CONTAINER if there is no such process; -EBUSY if it is the
 * caller's own namespace (a container on the host's network); or -errno.
 */
int netns_pin_pid(pid_t pid, struct netns *ret, struct error *e);

/* Pins the namespace that a file stands for (/run/netns/NAME, /proc/PID/ns/net). As above. */
int netns_pin_file(const char *path, struct netns *ret, struct error *e);

/*
 * Pins the namespace that a descriptor stands for, which stays the caller's; -EINVAL if it is
 * anything else (NS_GET_NSTYPE). As above.
 */
int netns_pin_fd(int fd, struct netns *ret, struct error *e);

/*
 * Pins the namespace in which the other end of a Unix connection made its socket (SIOCGSKNS on the
 * accepted socket: the kernel makes it in the namespace of the one that connects). Needs
 * CAP_NET_ADMIN over it. As above.
 */
int netns_pin_peer(int connection, struct netns *ret, struct error *e);

/*
 * Whose it is: the user who owns the user namespace that it belongs to (NS_GET_USERNS,
 * NS_GET_OWNER_UID of ioctl_ns(2)); 0 for the host's. Returns 0 or -errno.
 */
int netns_owner(const struct netns *n, uid_t *ret, struct error *e);

/*
 * Whether the pinned process lives and is in the pinned namespace still (a namespace given by a
 * file lives as long as the file). Returns 0, or -ESRCH with STATUS_NO_CONTAINER.
 */
int netns_check(const struct netns *n, struct error *e);

/*
 * Runs work with the calling thread in the namespace and comes back; ends the process if it cannot
 * come back, as nothing may be done to the host from the wrong place.
 * Returns what work returned, or -errno.
 */
int netns_within(const struct netns *n, int (*work)(void *arg, struct error *e), void *arg,
		 struct error *e);

/* Opens an rtnetlink socket in the namespace. Returns 0 or -errno. */
int netns_nl_open(const struct netns *n, struct nl_sock **ret, struct error *e);

#endif
