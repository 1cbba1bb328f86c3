/*
 * Which LXC container a process is in, by what the kernel tells of its monitor.
 *
 * Theory of operation: the first process of a container is a child of its monitor, which listens on
 * an abstract socket named for the container, PATH/NAME/command (lxc: commands_utils.c,
 * lxc_make_abstract_socket_name; lxc_socket.c finds it). Of a process in the container it is
 * therefore known, without asking it or liblxc (which a container that is just starting does not
 * answer), which container of which user it belongs to. Every step is checked backwards, so that a
 * PID that is reused in the middle leads to nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/nsfs.h>

#include "base/cleanup.h"
#include "base/process.h"
#include "runtime/lxc_socket.h"
#include "runtime/runtime.h"

#ifndef NS_GET_TGID_FROM_PIDNS
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 0x7, int) /* include/uapi/linux/nsfs.h, Linux 6.11 */
#endif
#define CLIMB_MOST 64 /* generations within the container */

/* Whether two processes share a namespace. @which: its file in /proc/PID/ns */
static bool share(pid_t a, pid_t b, const char *which)
{
	char path[64];
	struct stat of_a, of_b;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)a, which);
	if (stat(path, &of_a) < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)b, which);
	return stat(path, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

/*
 * The process of number 1 in the PID namespace that the process is in. Not looked for among its
 * parents alone: what lxc-attach brings in is no descendant of it. Returns a PID, or -1.
 */
static pid_t first_within(pid_t pid)
{
	_close_ int fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -1 : ioctl(fd, NS_GET_TGID_FROM_PIDNS, 1);
}

/* The same before Linux 6.11, by way of the parents. Returns 0, -ESRCH or -ENODEV. */
static int climb(struct process *p)
{
	int r = 0;

	for (int i = 0; r == 0 && p->depth == 2 && p->inner != 1 && i < CLIMB_MOST; i++)
		r = process_read(p->parent, p);
	return r;
}

/*
 * The first process of the PID namespace that the process is in. Returns 0, -ESRCH, -ENODEV, or
 * -EXDEV if they are on different networks.
 */
static int find_init(pid_t pid, struct process *ret)
{
	struct process p;
	int r = process_read(pid, &p);
	pid_t first;

	if (r < 0)
		return r;
	/* on the host, or in a container within a container */
	if (p.depth != 2)
		return -ENODEV;
	first = first_within(pid);
	r = first > 0 ? process_read(first, &p) : climb(&p);
	if (r < 0)
		return r;
	if (p.depth != 2 || p.inner != 1)
		return -ENODEV;
	if (!share(pid, p.pid, "pid"))
		return -ESRCH;
	if (!share(pid, p.pid, "net"))
		return -EXDEV;
	*ret = p;
	return 0;
}

/* Finds the container's name in that of its monitor's command socket. Returns 0 or -ENODEV. */
static int find_name(const struct process *monitor, struct instance *ret, char *ret_path,
		     size_t size)
{
	char text[LXC_SOCKET_MAX];
	const char *name;

	if (lxc_socket_find(monitor, text) < 0)
		return -ENODEV;
	name = lxc_socket_read(text);
	if (!name || strlen(text) >= size)
		return -ENODEV;
	snprintf(ret->ident.name, sizeof(ret->ident.name), "%s", name);
	snprintf(ret_path, size, "%s", text);
	return 0;
}

int runtime_lxc_of(pid_t pid, struct instance *ret, char *ret_path, size_t size, struct error *e)
{
	struct instance instance = { .ident.runtime = "lxc" };
	struct process init, monitor, again;
	int r = find_init(pid, &init);

	if (r == 0)
		r = process_read(init.parent, &monitor);
	if (r == 0)
		r = monitor.depth == 1 ? find_name(&monitor, &instance, ret_path, size) : -ENODEV;
	/* still its child, and so that process all the time */
	if (r == 0 && (process_read(init.pid, &again) < 0 || again.parent != monitor.pid))
		r = -ESRCH;
	if (r == -ESRCH)
		return error_set(e, STATUS_NO_CONTAINER, r, "process %d is gone", (int)pid);
	if (r == -EXDEV)
		return error_set(e, STATUS_FAILED, r,
				 "process %d is on another network than its container", (int)pid);
	if (r < 0)
		return error_set(e, STATUS_NO_CONTAINER, r,
				 "process %d is in no container of LXC's on this host", (int)pid);
	instance.pid = init.pid;
	instance.ident.owner = monitor.uid;
	*ret = instance;
	return 0;
}
