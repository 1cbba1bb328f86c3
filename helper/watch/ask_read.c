/* The message of a request, as it comes through the service's socket: read, and checked for its
 * form. */
#include "watch/ask_read.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

int ask_check(const struct ask *ask, size_t len, int descriptors)
{
	bool attaches, named;

	if (len != sizeof(*ask) || ask->magic != ASK_MAGIC)
		return -EBADMSG;
	attaches = ask->verb == ASK_ATTACH || ask->verb == ASK_STARTING;
	named = attaches || ask->verb == ASK_DETACH || ask->verb == ASK_RELEASE ||
		ask->verb == ASK_ENDED;
	if ((!named && ask->verb != ASK_OWN) || descriptors != (attaches ? ASK_DESCRIPTORS : 0) ||
	    !memchr(ask->name, '\0', sizeof(ask->name)) ||
	    !memchr(ask->path, '\0', sizeof(ask->path)) || named != (*ask->name != '\0') ||
	    ((!named || ask->verb == ASK_STARTING) && *ask->path) ||
	    !text_is_utf8(ask->name, strlen(ask->name)) ||
	    !text_is_utf8(ask->path, strlen(ask->path)) || text_has_control(ask->path))
		return -EBADMSG;
	return 0;
}

/* Takes the descriptors out of a message; closes those that are too many. Returns how many came. */
static int take_descriptors(struct msghdr *message, int fds[ASK_DESCRIPTORS])
{
	int count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++, count++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (count < ASK_DESCRIPTORS)
				fds[count] = fd;
			else
				close(fd);
		}
	}
	return count;
}

int ask_read(int connection, struct ask *ret, int fds[ASK_DESCRIPTORS], struct error *e)
{
	/* one more than there may be: too many are told from enough */
	_Alignas(struct cmsghdr) char control[CMSG_SPACE((ASK_DESCRIPTORS + 1) * sizeof(int))];
	struct iovec text = { ret, sizeof(*ret) };
	struct msghdr message = {
		.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(connection, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int count;

	if (n < 0)
		return error_sys(e, -errno, "cannot read the request");
	if (n == 0)
		return error_set(e, STATUS_FAILED, -ECONNRESET, "it has hung up");
	count = take_descriptors(&message, fds);
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || ask_check(ret, (size_t)n, count) < 0)
		return error_set(e, STATUS_FAILED, -EBADMSG, "its message makes no sense");
	return 0;
}
