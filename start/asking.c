/* How the programs that run in or around a container ask the service; without any library. */
#include "asking.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define DESCRIPTORS 2

/* Sends the request. Returns whether all of it went. */
static int send_ask(int fd, const struct ask *ask, const int *fds)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(DESCRIPTORS * sizeof(int))] = { 0 };
	struct iovec text = { (void *)ask, sizeof(*ask) };
	struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1 };

	if (fds) {
		struct cmsghdr *c;

		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(DESCRIPTORS * sizeof(int));
		memcpy(CMSG_DATA(c), fds, DESCRIPTORS * sizeof(int));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) == sizeof(*ask);
}

const char *asking(const char *socket_path, const struct ask *ask, const int *fds,
		   unsigned int wait_ms, struct ask_answer *answer)
{
	const struct timeval wait = { wait_ms ? wait_ms / 1000 : ASK_WAIT_S,
				      wait_ms % 1000 * 1000 };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *problem = NULL;
	int fd;

	if (strlen(socket_path) >= sizeof(name.sun_path))
		return "the path of the socket is too long";
	memcpy(name.sun_path, socket_path, strlen(socket_path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0)
		problem = "the service does not answer: systemctl start v6hook-watch, on the host";
	else if (!send_ask(fd, ask, fds) ||
		 recv(fd, answer, sizeof(*answer), 0) != sizeof(*answer) ||
		 answer->magic != ASK_MAGIC)
		problem = "the service does not answer as it should: its journal says why";
	close(fd);
	if (problem)
		return problem;
	answer->text[sizeof(answer->text) - 1] = '\0';
	return answer->status ? answer->text : NULL;
}

void asking_say(const char *program, const char *text)
{
	char line[512];
	size_t n = 0;

	for (; *program && n < 64; program++)
		line[n++] = *program;
	line[n++] = ':';
	line[n++] = ' ';
	for (; *text && n < sizeof(line) - 1; text++)
		line[n++] = *text;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}
