/*
 * What LXC's mount hook runs in the namespaces of a starting container: asks the service for the
 * container's address.
 *
 * A program of its own, linked statically and without anything of v6hook's but the layout of the
 * messages: it costs next to nothing, and it needs nothing. It says nothing of who it is, as the
 * service knows that from the kernel. It always ends with 0, as a container starts without an
 * address rather than not at all; what went wrong is in LXC's log and in the service's journal.
 *
 *	v6hook-start [SOCKET]
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ask.h"

/* the default of "socket": v6hook.json(5) */
#define DEFAULT_SOCKET "/run/v6hook/v6hook.sock"

/* Writes one line on stderr. */
static void say(const char *text)
{
	char line[512];
	size_t n = 0;

	for (const char *from = "v6hook-start: "; *from; from++)
		line[n++] = *from;
	for (; *text && n < sizeof(line) - 1; text++)
		line[n++] = *text;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

/* Asks, and waits for the answer. Returns what is to be said, or null when it is done. */
static const char *ask_for_address(const char *path, struct ask_answer *answer)
{
	static const struct ask ask = { .magic = ASK_MAGIC, .verb = ASK_OWN };
	const struct timeval wait = { ASK_WAIT_S, 0 };
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(name.sun_path))
		return "the path of the socket is too long";
	memcpy(name.sun_path, path, strlen(path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&name, sizeof(name)) < 0)
		return "the service does not answer: systemctl start v6hook-watch, on the host";
	if (send(fd, &ask, sizeof(ask), MSG_NOSIGNAL) != sizeof(ask) ||
	    recv(fd, answer, sizeof(*answer), 0) != sizeof(*answer) || answer->magic != ASK_MAGIC)
		return "the service does not answer as it should: its journal says why";
	answer->text[sizeof(answer->text) - 1] = '\0';
	return answer->status ? answer->text : NULL;
}

int main(int argc, char **argv)
{
	struct ask_answer answer;
	const char *problem = ask_for_address(argc > 1 ? argv[1] : DEFAULT_SOCKET, &answer);

	if (problem)
		say(problem);
	return 0;
}
