/* One answer of an engine's, read from a connection that is there, without libcurl. */
#include "engine/plain.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock.h"

/* Takes the status line and the headers off. Returns 0 or -EIO. */
static int take_body(struct engine_answer *a, long *ret_status)
{
	const char *end = a->text ? strstr(a->text, "\r\n\r\n") : NULL;
	long status;

	if (!end || sscanf(a->text, "HTTP/1.%*1[01] %3ld ", &status) != 1)
		return -EIO;
	end += 4;
	a->len -= (size_t)(end - a->text);
	memmove(a->text, end, a->len + 1);
	*ret_status = status;
	return 0;
}

int engine_plain_read(int fd, int64_t until, struct engine_answer *ret, long *ret_status)
{
	char piece[4096];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_ms();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return -ETIMEDOUT;
		n = recv(fd, piece, sizeof(piece), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n == 0)
			return take_body(ret, ret_status);
		if (n < 0 || engine_answer_add(piece, (size_t)n, ret) != ENGINE_TAKEN)
			return -EIO;
	}
}
