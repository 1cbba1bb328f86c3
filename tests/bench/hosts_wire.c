/* One connection to a member of etcd, which nothing waits for: requests to its JSON gateway. */
#include "hosts_wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

void die(const char *what)
{
	fprintf(stderr, "hosts: %s: %s\n", what, strerror(errno));
	exit(1);
}

void wire_dial(struct wire *w, int epoll, const struct sockaddr_in6 *member, void *arg)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = arg };
	int one = 1;

	w->fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		die("socket");
	setsockopt(w->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(w->fd, (const void *)member, sizeof(*member)) < 0 && errno != EINPROGRESS)
		die("connect");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, w->fd, &event) < 0)
		die("epoll");
}

void wire_flush(struct wire *w)
{
	while (w->sent < w->out_len) {
		ssize_t n = send(w->fd, w->out + w->sent, w->out_len - w->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			die("send");
		w->sent += (size_t)n;
	}
}

void wire_post(struct wire *w, const char *method, bool last, json_t *request)
{
	char *body = json_dumps(request, JSON_COMPACT);
	int n;

	if (!body)
		die("memory");
	free(w->out);
	w->in_len = w->sent = 0;
	n = asprintf(&w->out,
		     "POST /v3/%s HTTP/1.1\r\nHost: etcd\r\nContent-Type: application/json\r\n"
		     "%sContent-Length: %zu\r\n\r\n%s",
		     method, last ? "Connection: close\r\n" : "", strlen(body), body);
	if (n < 0)
		die("memory");
	w->out_len = (size_t)n;
	free(body);
	json_decref(request);
	wire_flush(w);
}

size_t wire_take(struct wire *w, bool *ret_end)
{
	size_t got = 0;
	ssize_t n;

	for (;;) {
		if (w->in_len > sizeof(w->in) - 1024) {
			memmove(w->in + 2048, w->in + w->in_len - 16, 16);
			w->in_len = 2064;
		}
		n = recv(w->fd, w->in + w->in_len, sizeof(w->in) - w->in_len, 0);
		if (n <= 0)
			break;
		w->in_len += (size_t)n;
		got += (size_t)n;
	}
	*ret_end = n == 0 || errno != EAGAIN;
	return got;
}

bool wire_is_whole(const struct wire *w)
{
	static const char end[] = "\r\n0\r\n\r\n"; /* of an answer in chunks (RFC 9112, 7.1) */
	const char *body = memmem(w->in, w->in_len, "\r\n\r\n", 4);
	const char *length = memmem(w->in, w->in_len, "Content-Length: ", 16);

	if (w->in_len > strlen(end) &&
	    memcmp(w->in + w->in_len - strlen(end), end, strlen(end)) == 0)
		return true;
	return body && length && length < body &&
	       w->in + w->in_len >= body + 4 + strtoul(length + 16, NULL, 10);
}

bool wire_is_fine(const struct wire *w)
{
	return w->in_len > 12 && memcmp(w->in + 9, "200", 3) == 0;
}
