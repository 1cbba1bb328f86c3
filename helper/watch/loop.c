/* What the service waits for: descriptors, each with what is done when it is readable. */
#include "watch/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/cleanup.h"

#define AT_ONCE 16

struct source {
	loop_handler handler;
	void *arg;
};

struct loop {
	int epoll;
	struct source *sources; /* by descriptor */
	size_t count;
};

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		free(l);
		return NULL;
	}
	return l;
}

void loop_stop(struct loop *l)
{
	cleanup_close(&l->epoll);
	l->epoll = -1;
}

void loop_free(struct loop *l)
{
	loop_stop(l);
	free(l->sources);
	free(l);
}

int loop_add(struct loop *l, int fd, loop_handler handler, void *arg)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	size_t want = (size_t)fd + 1;

	if (want > l->count) {
		struct source *larger = reallocarray(l->sources, 2 * want, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		memset(larger + l->count, 0, (2 * want - l->count) * sizeof(*larger));
		l->sources = larger;
		l->count = 2 * want;
	}
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	l->sources[fd] = (struct source){ handler, arg };
	return 0;
}

void loop_remove(struct loop *l, int fd)
{
	if (fd < 0 || (size_t)fd >= l->count || !l->sources[fd].handler)
		return;
	if (l->epoll >= 0)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
	l->sources[fd] = (struct source){ 0 };
}

void loop_hold(struct loop *l, int fd, bool hold)
{
	struct epoll_event event = { .events = hold ? 0 : EPOLLIN, .data.fd = fd };

	epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &event);
}

int loop_turn(struct loop *l, int (*before)(void *arg), void *arg)
{
	struct epoll_event events[AT_ONCE];
	int n = epoll_wait(l->epoll, events, ARRAY_SIZE(events), -1), r = 0;

	for (int i = 0; r == 0 && i < n; i++) {
		int fd = events[i].data.fd;

		r = before(arg);
		/* a handler may have removed one that comes after it */
		if (r == 0 && (size_t)fd < l->count && l->sources[fd].handler)
			l->sources[fd].handler(fd, l->sources[fd].arg);
	}
	return r;
}
