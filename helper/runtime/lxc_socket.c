/*
 * The name of the socket on which a container's monitor takes LXC's commands.
 *
 * Theory of operation: /proc/PID/fdinfo tells which sockets the monitor has, by their inodes, and
 * sock_diag(7) which of all sockets have these, with the name and the user who made it. Not
 * /proc/PID/fd, into which only that user may look, where fdinfo wants CAP_SYS_PTRACE. Not
 * /proc/net/unix: there a name with a newline in it is a line of its own, and anybody can write one
 * that looks like another's. Nor does what a user made count in a program with more rights, to
 * which they may have handed it down.
 */
#include "runtime/lxc_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/ident.h"

#define SOCKETS_MOST 256
#define WAIT_S 2

static const char end[] = "/command";

/* What is looked for. */
struct wanted {
	const struct process *monitor;
	uint32_t inodes[SOCKETS_MOST];
	int count;
	char name[LXC_SOCKET_MAX]; /* what was found */
};

/*
 * Reads the mount and the inode of one open file: proc_pid_fdinfo(5), "ino" since Linux 5.14. All
 * sockets are of one mount that nothing else is of. Returns 0 or -errno.
 */
static int read_fdinfo(int dir, const char *name, unsigned int *ret_mount, uint32_t *ret_inode)
{
	_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	const char *mount, *inode;
	char text[256];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	mount = strstr(text, "\nmnt_id:");
	inode = strstr(text, "\nino:");
	if (!mount || !inode || sscanf(mount, " mnt_id: %u", ret_mount) != 1 ||
	    sscanf(inode, " ino: %" SCNu32, ret_inode) != 1)
		return -EPROTO;
	return 0;
}

/* Reads which sockets the monitor has open. @own: a socket of this process */
static void list_sockets(struct wanted *w, int own)
{
	_closedir_ DIR *dir = NULL;
	unsigned int sockets, mount;
	const struct dirent *entry;
	char path[64];
	uint32_t inode;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", own);
	if (read_fdinfo(AT_FDCWD, path, &sockets, &inode) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)w->monitor->pid);
	dir = opendir(path);
	while (dir && w->count < SOCKETS_MOST && (entry = readdir(dir)))
		if (read_fdinfo(dirfd(dir), entry->d_name, &mount, &inode) == 0 && mount == sockets)
			w->inodes[w->count++] = inode;
}

const char *lxc_socket_read(char *text)
{
	size_t len = strlen(text);
	char *slash;

	if (len <= strlen(end) || *text != '/' || strcmp(text + len - strlen(end), end) != 0)
		return NULL;
	text[len - strlen(end)] = '\0';
	slash = strrchr(text, '/');
	if (!slash[1] || strlen(slash + 1) > IDENT_NAME_MAX)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* Takes one socket that the kernel tells of. Returns whether it is the one. */
static bool consider(struct wanted *w, const struct nlmsghdr *h)
{
	const struct unix_diag_msg *m = NLMSG_DATA(h);
	int left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*m)));
	char name[LXC_SOCKET_MAX] = "", copy[sizeof(name)];
	bool owned = false, is_open = false;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) || m->udiag_state != TCP_LISTEN)
		return false;
	for (int i = 0; i < w->count; i++)
		is_open |= w->inodes[i] == m->udiag_ino;
	if (!is_open)
		return false;
	for (const struct rtattr *a = (const struct rtattr *)(m + 1); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		const char *data = RTA_DATA(a);
		size_t n = RTA_PAYLOAD(a);
		uint32_t uid;

		if (a->rta_type == UNIX_DIAG_UID && n == sizeof(uid)) {
			memcpy(&uid, data, sizeof(uid));
			owned = uid == w->monitor->uid;
		}
		/* abstract, without another zero byte */
		if (a->rta_type == UNIX_DIAG_NAME && n > 1 && n <= sizeof(name) && !data[0] &&
		    !memchr(data + 1, '\0', n - 1))
			memcpy(name, data + 1, n - 1);
	}
	memcpy(copy, name, sizeof(copy));
	if (!owned || !lxc_socket_read(copy))
		return false;
	snprintf(w->name, sizeof(w->name), "%s", name);
	return true;
}

/* Reads the kernel's list until it ends. Returns 0, -ENODEV if it is not among them, or -errno. */
static int read_list(int fd, struct wanted *w)
{
	_Alignas(struct nlmsghdr) char buffer[32768];

	for (;;) {
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n =
			recvfrom(fd, buffer, sizeof(buffer), 0, (struct sockaddr *)&from, &size);
		unsigned int left = (unsigned int)n;

		if (n < 0)
			return -errno;
		if (from.nl_pid != 0)
			continue;
		for (const struct nlmsghdr *h = (const struct nlmsghdr *)buffer; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
				return -ENODEV;
			if (consider(w, h))
				return 0;
		}
	}
}

int lxc_socket_find(const struct process *monitor, char ret[LXC_SOCKET_MAX])
{
	const struct {
		struct nlmsghdr h;
		struct unix_diag_req r;
	} request = {
		.h = { .nlmsg_len = sizeof(request),
		       .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.r = { .sdiag_family = AF_UNIX,
		       .udiag_states = 1u << TCP_LISTEN,
		       .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_UID },
	};
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval wait = { WAIT_S, 0 };
	_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	struct wanted w = { .monitor = monitor };

	if (fd >= 0)
		list_sockets(&w, fd);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	    connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0 ||
	    send(fd, &request, sizeof(request), 0) != sizeof(request) || read_list(fd, &w) < 0)
		return -ENODEV;
	memcpy(ret, w.name, LXC_SOCKET_MAX);
	return 0;
}
