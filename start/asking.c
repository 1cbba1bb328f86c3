/* How the programs that run in or around a container ask the service; without any library. */
#include "asking.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

unsigned int asking_seconds(const char *text, unsigned int most)
{
	unsigned int seconds = 0;

	for (; *text >= '0' + !seconds && *text <= '9' && seconds <= most; text++)
		seconds = seconds * 10 + (unsigned int)(*text - '0');
	return *text || seconds > most ? 0 : seconds;
}

/* Milliseconds of the monotonic clock. */
static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/*
 * Lets what is done next on the socket take what is left of the time; of a Unix socket that to send
 * is the one to connect, too (unix_stream_connect). Returns whether any is left.
 */
static int allow(int fd, int option, long long until)
{
	const long long left = until - now_ms();
	const struct timeval wait = { left / 1000, left % 1000 * 1000 };

	/* none at all would be for ever */
	return left > 0 && setsockopt(fd, SOL_SOCKET, option, &wait, sizeof(wait)) == 0;
}

static const char *no_answer(int in_time)
{
	return in_time ? "the service does not answer as it should: its journal says why"
		       : "the service does not answer in time: its journal says why";
}

/* As asking, on a socket that is connected to nothing yet. */
static const char *converse(int fd, const struct sockaddr_un *name, const struct ask *ask,
			    const int *fds, long long until, struct ask_answer *answer)
{
	ssize_t n = -1;

	if (!allow(fd, SO_SNDTIMEO, until))
		return no_answer(0);
	while (connect(fd, (const struct sockaddr *)name, sizeof(*name)) < 0)
		if (errno != EINTR || !allow(fd, SO_SNDTIMEO, until))
			return errno == EAGAIN || errno == EINTR
				       ? no_answer(0)
				       : "the service does not answer: systemctl start "
					 "v6hook-watch, on the host";
	if (!allow(fd, SO_SNDTIMEO, until) || ask_send(fd, ask, fds) < 0)
		return no_answer(now_ms() < until);
	/* one that is stopped meanwhile is interrupted when it goes on: signal(7) */
	while (allow(fd, SO_RCVTIMEO, until) && (n = recv(fd, answer, sizeof(*answer), 0)) < 0 &&
	       errno == EINTR)
		;
	if (n != sizeof(*answer) || answer->magic != ASK_MAGIC)
		return no_answer(n >= 0 || now_ms() < until);
	answer->text[sizeof(answer->text) - 1] = '\0';
	return answer->status ? answer->text : NULL;
}

const char *asking(const char *socket_path, const struct ask *ask, const int *fds,
		   unsigned int wait_ms, struct ask_answer *answer)
{
	const long long until = now_ms() + (wait_ms ? wait_ms : ASK_WAIT_S * 1000);
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	const char *problem;
	int fd;

	if (strlen(socket_path) >= sizeof(name.sun_path))
		return "the path of the socket is too long";
	memcpy(name.sun_path, socket_path, strlen(socket_path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	problem = converse(fd, &name, ask, fds, until, answer);
	if (fd >= 0)
		close(fd);
	return problem;
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
