/*
 * Opens connections to an engine for a process that must not, and hands it the answers alone.
 *
 * Theory of operation: who holds an engine's socket is root, so what reads hostile answers
 * never has one. It names what it wants in a message of fixed size, and gets one end of a socket
 * pair. The request is written here, from the list of path.c and an ID that is checked; what
 * comes from the engine is copied to the pair, and what comes from the pair is thrown away. Nothing
 * is looked at and nothing kept: what the reader cannot take yet stays in the engine's socket.
 *
 * Incus's events come over a WebSocket, whose server asks every 10 s whether its peer is there
 * still, and gives up after three times without an answer (RFC 6455, 5.5.2; incus:
 * events/connections.go). An answer may come unasked, and is always the same: one goes out for what
 * has come in.
 */
#include "engine/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/library.h"

#define STREAMS_MOST 24
#define PIECE 32768  /* bytes copied at once */
#define PONG_MS 5000 /* no more than one in so long */

/* What makes a request one for a WebSocket (RFC 6455, 4.1); its key is for caches in between. */
#define UPGRADE                                         \
	"Connection: Upgrade\r\nUpgrade: websocket\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: djZob29rdjZob29rdjZobw==\r\n"

/* What the reader asks for; answered by a number of errno, and with 0 by a descriptor. */
struct wanted {
	uint32_t what;
	char which[IDENT_NAME_MAX + 1];
};

struct stream {
	int engine; /* -1: it has ended */
	int reader;
	bool full; /* the reader takes no more for now */
	bool pongs;
	int64_t ponged; /* in ms of the monotonic clock */
};

int engine_dial(const char *path, enum engine_what what, const char *which, int minor)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char target[ENGINE_PATH_MAX], request[ENGINE_PATH_MAX + 256];
	_close_ int fd = -1;
	ssize_t len;

	if (engine_path(what, which, target) < 0 || strlen(path) >= sizeof(to.sun_path))
		return -EINVAL;
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	len = snprintf(request, sizeof(request), "GET %s HTTP/1.%d\r\nHost: docker\r\n%s\r\n",
		       target, minor, what == INCUS_EVENTS ? UPGRADE : "Connection: close\r\n");
	/* a connection that is new has room for it */
	if (send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		return -EIO;
	return steal_fd(&fd);
}

/* The reader's side. */

int engine_relay_open(int relay, enum engine_what what, const char *which)
{
	struct wanted wanted = { .what = what };
	char space[CMSG_SPACE(sizeof(int))];
	int32_t result = -EIO;
	struct iovec data = { &result, sizeof(result) };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = space,
				  .msg_controllen = sizeof(space) };
	const struct cmsghdr *c;
	int fd;

	if (strlen(which) >= sizeof(wanted.which))
		return -EINVAL;
	strcpy(wanted.which, which);
	if (send(relay, &wanted, sizeof(wanted), MSG_NOSIGNAL) != sizeof(wanted) ||
	    recvmsg(relay, &message, MSG_CMSG_CLOEXEC) != sizeof(result))
		return -EIO;
	if (result != 0)
		return result < 0 ? result : -EIO;
	c = CMSG_FIRSTHDR(&message);
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(fd)))
		return -EIO;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* The relay's side. */

/* Connects one more stream. Returns 0 with the reader's end of it, or -errno. */
static int add_stream(const char *path, struct wanted *wanted, struct stream *ret, int *ret_end)
{
	int engine, pair[2];

	wanted->which[sizeof(wanted->which) - 1] = '\0';
	/* by whole IDs only: a name is whose it is by now */
	if (wanted->what == DOCKER_CONTAINER && !docker_is_id(wanted->which))
		return -EINVAL;
	engine = engine_dial(path, (enum engine_what)wanted->what, wanted->which, 1);
	if (engine < 0)
		return engine;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
		close(engine);
		return -ENFILE;
	}
	*ret = (struct stream){
		.engine = engine,
		.reader = pair[0],
		.pongs = wanted->what == INCUS_EVENTS,
	};
	*ret_end = pair[1];
	return 0;
}

/* Answers a request with what came of it, and its descriptor, or -1. */
static void give(int control, int32_t result, int end)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &result, sizeof(result) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (end >= 0) {
		message.msg_control = space;
		message.msg_controllen = sizeof(space);
		c = CMSG_FIRSTHDR(&message);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(end));
		memcpy(CMSG_DATA(c), &end, sizeof(end));
	}
	sendmsg(control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Takes a request, and answers it. Returns whether a stream has been added. */
static bool answer(const char *path, int control, struct stream *ret)
{
	struct wanted wanted;
	int32_t result = -EINVAL;
	ssize_t n = recv(control, &wanted, sizeof(wanted), MSG_DONTWAIT | MSG_TRUNC);
	_close_ int end = -1;

	if (n < 0)
		return false;
	if (n == sizeof(wanted))
		result = ret ? add_stream(path, &wanted, ret, &end) : -EMFILE;
	give(control, result, end);
	return end >= 0;
}

bool engine_relay_once(const char *path, int control)
{
	struct wanted wanted;
	ssize_t n = recv(control, &wanted, sizeof(wanted), MSG_DONTWAIT | MSG_TRUNC);
	_close_ int end = -1;

	if (n != sizeof(wanted))
		return false;
	wanted.which[sizeof(wanted.which) - 1] = '\0';
	end = engine_dial(path, (enum engine_what)wanted.what, wanted.which, 0);
	give(control, end < 0 ? end : 0, end);
	return true;
}

/* The engine has said all: the reader is told so, and closes its end when it has read it. */
static void end_engine(struct stream *s)
{
	close(steal_fd(&s->engine));
	s->full = false;
	shutdown(s->reader, SHUT_WR);
}

/* Tells the server of a WebSocket that somebody is there still. */
static void pong(struct stream *s)
{
	/* a whole frame without a payload, masked with zeros */
	static const unsigned char frame[] = { 0x8a, 0x80, 0, 0, 0, 0 };

	if (clock_ms() - s->ponged < PONG_MS)
		return;
	s->ponged = clock_ms();
	send(s->engine, frame, sizeof(frame), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Copies what there is, as far as the reader takes it. */
static void copy(struct stream *s)
{
	static char piece[PIECE];
	ssize_t n = recv(s->engine, piece, sizeof(piece), MSG_PEEK | MSG_DONTWAIT), sent;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_engine(s);
		return;
	}
	sent = send(s->reader, piece, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	s->full = sent < n;
	if (sent > 0)
		recv(s->engine, piece, (size_t)sent, MSG_DONTWAIT);
	if (s->pongs)
		pong(s);
}

/* Throws away what the reader writes. Returns whether it holds its end still. */
static bool drain(const struct stream *s)
{
	char waste[4096];
	ssize_t n = recv(s->reader, waste, sizeof(waste), MSG_DONTWAIT);

	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void engine_relay_run(const char *path, int control, int beside)
{
	struct stream streams[STREAMS_MOST];
	struct pollfd p[2 + 2 * STREAMS_MOST];
	size_t count = 0;
	bool busy = true;

	while (true) {
		/* of what it has of the applier's program it uses little, and now nothing for long
		 */
		if (busy && count <= 1)
			library_rest();
		busy = count > 1;
		p[0] = (struct pollfd){ .fd = control, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = beside };
		for (size_t i = 0; i < count; i++) {
			const struct stream *s = &streams[i];

			p[2 + 2 * i] = (struct pollfd){ s->full ? -1 : s->engine, POLLIN, 0 };
			p[3 + 2 * i] = (struct pollfd){ s->reader,
							s->full ? POLLIN | POLLOUT : POLLIN, 0 };
		}
		if (poll(p, 2 + 2 * count, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents || p[0].revents & ~POLLIN)
			return;
		for (size_t i = count; i-- > 0;) {
			struct stream *s = &streams[i];
			const short from = p[2 + 2 * i].revents, reader = p[3 + 2 * i].revents;

			if (reader & (POLLIN | POLLHUP | POLLERR) && !drain(s)) {
				cleanup_close(&s->engine);
				close(s->reader);
				*s = streams[--count];
				continue;
			}
			if (from || reader & POLLOUT)
				copy(s);
		}
		if (p[0].revents & POLLIN)
			count += answer(path, control,
					count < STREAMS_MOST ? &streams[count] : NULL);
	}
}
