/*
 * The connections on the service's socket: who waits for an answer, and for how long at most.
 *
 * Theory of operation: anybody on the host, and in every container that has the socket, can
 * connect. This process reads nothing of what they send: a connection that has something to be read
 * is handed to a child (asked.c), a few at a time. Whoever asks (who.c) takes up to so many places,
 * has one request under way, and rests after one that failed, so that neither the journal nor the
 * processor is theirs; but for the host's root, for whom engines ask that start many containers at
 * once. Connections from the host's network and from others have places of their
 * own, so that no container can use up the host's; when all are taken, the oldest that has said
 * nothing yet makes room. A child that does not end (a descriptor that it was given may be of a
 * file system that does not answer) stops nobody but the one for whom it works.
 *
 * Children inherit the connections of others. What ends here is therefore taken from the loop,
 * which else would hear of it as long as any copy is open, and shut down.
 */
#include "watch/askers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cleanup.h"
#include "watch/asked.h"
#include "watch/door.h"
#include "watch/who.h"

#define PLACES 64	 /* on each side: the host, and containers */
#define PLACES_EACH 8	 /* of one who asks */
#define ROOT 0		 /* the host's own: who.c */
#define AT_ONCE 4	 /* requests under way on each side */
#define ACCEPT_MOST 64	 /* before others get their turn */
#define SILENCE_MS 2000	 /* until the request must have come */
#define REST_MS 100	 /* after one that failed */
#define OVERDUE_MS 10000 /* a child needs half of it at most */

struct asker {
	int fd;	       /* -1: a free place, or one who rests */
	pid_t pid;     /* the child that serves it, or 0 */
	bool ready;    /* there is something to be read */
	bool late;     /* its child is overdue */
	int64_t since; /* when it came, went to its child, or began to rest; 0: a free place */
	uint64_t who;
};

struct askers {
	const struct context *context;
	struct loop *loop;
	struct door door;
	struct asker sides[2][PLACES]; /* the host, containers */
};

static void on_socket(int fd, void *arg);
static void on_asker(int fd, void *arg);

/* Listens on another path: what was is ended then. Returns 0 or -errno. */
static int listen_at(struct askers *a, const char *path, struct error *e)
{
	struct door door;
	int r = door_open(path, &door, e);

	if (r < 0)
		return r;
	r = loop_add(a->loop, door.fd, on_socket, a);
	if (r < 0) {
		door_close(&door);
		return error_sys(e, r, "cannot listen on %s", path);
	}
	loop_remove(a->loop, a->door.fd);
	door_close(&a->door);
	a->door = door;
	return 0;
}

int askers_open(const char *path, const struct context *context, struct loop *loop,
		struct askers **ret, struct error *e)
{
	_free_ struct askers *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return error_sys(e, -ENOMEM, "cannot listen on %s", path);
	a->context = context;
	a->loop = loop;
	a->door.fd = -1;
	for (size_t i = 0; i < PLACES; i++)
		a->sides[0][i].fd = a->sides[1][i].fd = -1;
	r = listen_at(a, path, e);
	if (r == 0)
		*ret = steal_ptr(&a);
	return r;
}

int askers_move(struct askers *a, const char *path, struct error *e)
{
	return strcmp(a->door.path, path) == 0 ? 0 : listen_at(a, path, e);
}

static void leave(const struct askers *a, struct asker *asker)
{
	if (asker->fd >= 0) {
		loop_remove(a->loop, asker->fd);
		shutdown(asker->fd, SHUT_RDWR);
	}
	cleanup_close(&asker->fd);
	*asker = (struct asker){ .fd = -1 };
}

/* Waits for the end of a child, but not for ever. */
static void await_end(const struct asker *asker, int64_t until)
{
	while (waitpid(asker->pid, NULL, WNOHANG) == 0 && clock_ms() < until)
		usleep(10000);
}

void askers_close(struct askers *a)
{
	int64_t until = clock_ms() + OVERDUE_MS / 2;
	struct asker *all = a->sides[0];

	loop_remove(a->loop, a->door.fd);
	door_close(&a->door);
	for (size_t i = 0; i < 2 * PLACES; i++) {
		if (all[i].pid)
			await_end(&all[i], until);
		leave(a, &all[i]);
	}
	free(a);
}

static bool is_free(const struct asker *asker)
{
	return asker->since == 0;
}

/* The one of the two that has been there longer; either may be null. */
static struct asker *older(struct asker *a, struct asker *b)
{
	return !a || (b && b->since < a->since) ? b : a;
}

/*
 * A place for one more, or null if they have too many. Takes that of one who rests, or hangs up on
 * one who has said nothing, if there is no other.
 */
static struct asker *find_place(struct askers *a, const struct who *who)
{
	struct asker *list = a->sides[who->side], *place = NULL, *resting = NULL, *silent = NULL;
	int taken = 0;

	for (size_t i = 0; i < PLACES; i++) {
		struct asker *one = &list[i];

		if (is_free(one)) {
			place = one;
			continue;
		}
		taken += one->who == who->number;
		if (one->fd < 0 && !one->pid)
			resting = older(resting, one);
		else if (one->fd >= 0 && !one->ready)
			silent = older(silent, one);
	}
	if (taken >= PLACES_EACH && who->number != ROOT)
		return NULL;
	if (!place)
		place = resting ? resting : silent;
	if (place && !is_free(place))
		leave(a, place);
	return place;
}

static void take_in(struct askers *a, int fd)
{
	_close_ int mine = fd;
	struct asker *place;
	struct who who;

	if (who_asks(fd, &who) < 0)
		return;
	place = find_place(a, &who);
	if (!place || loop_add(a->loop, fd, on_asker, a) < 0)
		return;
	*place = (struct asker){ .fd = steal_fd(&mine), .since = clock_ms(), .who = who.number };
}

static void accept_some(struct askers *a)
{
	for (int i = 0; i < ACCEPT_MOST; i++) {
		int fd = accept4(a->door.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		take_in(a, fd);
	}
}

/* Hands a request to a child. */
static void start(struct askers *a, struct asker *asker)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid < 0)
		return; /* tried again soon */
	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* its connection alone: nothing else of the service's, least of all the lock */
		if (dup2(asker->fd, STDERR_FILENO + 1) < 0 ||
		    close_range(STDERR_FILENO + 2, ~0U, 0) < 0)
			_exit(STATUS_FAILED);
		prctl(PR_SET_NAME, "v6hook-asked");
		_exit(asked(STDERR_FILENO + 1, a->context));
	}
	asker->pid = pid;
	asker->since = clock_ms();
}

/* Whether those for whom it is have to wait with another request. */
static bool is_busy(const struct asker *asker)
{
	return asker->pid || (asker->fd < 0 && !is_free(asker));
}

/* Starts what can be started, the longest waiting first. */
static void start_some(struct askers *a, struct asker *list)
{
	for (;;) {
		struct asker *next = NULL;
		int active = 0;

		for (size_t i = 0; i < PLACES; i++)
			active += list[i].pid && !list[i].late;
		for (size_t i = 0; active < AT_ONCE && i < PLACES; i++) {
			bool busy = false;

			if (list[i].fd < 0 || !list[i].ready || list[i].pid ||
			    (next && next->since <= list[i].since))
				continue;
			for (size_t j = 0; j < PLACES; j++)
				busy |= is_busy(&list[j]) && list[j].who == list[i].who &&
					list[i].who != ROOT;
			if (!busy)
				next = &list[i];
		}
		if (!next)
			return;
		start(a, next);
		if (!next->pid)
			return;
	}
}

static void on_socket(int fd, void *arg)
{
	(void)fd;
	accept_some(arg);
}

static void on_asker(int fd, void *arg)
{
	struct pollfd now = { .fd = fd, .events = POLLIN };
	struct askers *a = arg;
	struct asker *all = a->sides[0];

	for (size_t i = 0; i < 2 * PLACES; i++) {
		if (all[i].fd != fd)
			continue;
		/* it may be the successor of the one that this was about */
		if (poll(&now, 1, 0) <= 0)
			return;
		/* a hang-up is found out by the child, too */
		all[i].ready = true;
		loop_remove(a->loop, fd);
		start_some(a, a->sides[i / PLACES]);
		return;
	}
}

bool askers_ended(struct askers *a, pid_t pid, bool failed)
{
	struct asker *all = a->sides[0];

	for (size_t i = 0; i < 2 * PLACES; i++) {
		uint64_t who = all[i].who;

		if (all[i].pid != pid)
			continue;
		leave(a, &all[i]);
		if (failed && who != ROOT)
			all[i] = (struct asker){ .fd = -1, .since = clock_ms(), .who = who };
		start_some(a, a->sides[i / PLACES]);
		return true;
	}
	return false;
}

/* Sees to one whose time is over. Returns when it will be, or INT64_MAX. */
static int64_t expire(struct askers *a, struct asker *asker, int64_t now)
{
	int64_t end = asker->since;

	if (is_free(asker) || asker->late || (asker->ready && !asker->pid))
		return INT64_MAX;
	end += asker->pid ? OVERDUE_MS : asker->fd >= 0 ? SILENCE_MS : REST_MS;
	if (now < end)
		return end;
	if (!asker->pid) {
		leave(a, asker);
		return INT64_MAX;
	}
	/* which may not help; the place stays theirs until it ends */
	kill(asker->pid, SIGKILL);
	asker->late = true;
	shutdown(asker->fd, SHUT_RDWR);
	return INT64_MAX;
}

int64_t askers_expire(struct askers *a, int64_t now)
{
	struct asker *all = a->sides[0];
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < 2 * PLACES; i++) {
		int64_t end = expire(a, &all[i], now);

		next = end < next ? end : next;
	}
	start_some(a, a->sides[0]);
	start_some(a, a->sides[1]);
	return next;
}
