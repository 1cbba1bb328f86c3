/* How a request is sent to the service, by whatever program of ours: without any library. */
#include "base/ask.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

int ask_send(int fd, const struct ask *ask, const int *fds)
{
	const size_t size = ASK_DESCRIPTORS * sizeof(int);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(ASK_DESCRIPTORS * sizeof(int))] = { 0 };
	struct iovec text = { (void *)ask, sizeof(*ask) };
	struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1 };
	ssize_t n;

	if (fds) {
		struct cmsghdr *c;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(c), fds, size);
	}
	n = sendmsg(fd, &message, MSG_NOSIGNAL);
	return n == sizeof(*ask) ? 0 : n < 0 ? -errno : -EIO;
}
