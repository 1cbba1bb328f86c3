/*
 * The name and place of a container, from its engine itself, whoever tells another one.
 *
 * Theory of operation: the parser has read what strangers wrote, and may be theirs. A lease is of a
 * name, so before one is given or moved the job asks the engine whose name the ID has. What reads
 * the answer is a child that has given up everything as the parser has; of the answer it looks at
 * one key, with the scanner of docker_list.c, which keeps nothing else and builds nothing.
 */
#include "watch/named.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "engine/relay.h"
#include "runtime/docker_list.h"
#include "watch/confine.h"

#define ANSWER_MS 5000
#define ANSWER_MOST (8u * 1024 * 1024) /* bytes; labels can make it large */

/* Whether the answer is a list, of one container's or of nothing; else it is one object. */
static bool is_list(enum engine_what what)
{
	return what == DOCKER_PLACE || what == DOCKER_CALLED;
}

/* What is read of an answer so far. */
struct reading {
	enum engine_what what; /* one container or instance, or a list that holds it or nothing */
	struct docker_list list;
	char status[16]; /* the beginning of the first line */
	size_t len;
	char last[4]; /* the bytes before: an empty line ends the headers */
	bool body;
	char name[IDENT_NAME_MAX + 2];
};

static void on_name(const char *name, void *arg)
{
	struct reading *r = arg;

	if (!*r->name)
		snprintf(r->name, sizeof(r->name), "%s", name);
}

static void read_byte(struct reading *r, char c)
{
	if (r->body) {
		docker_list_read(&r->list, &c, 1, on_name, r);
		return;
	}
	if (r->len < sizeof(r->status) - 1)
		r->status[r->len] = c;
	r->len++;
	memmove(r->last, r->last + 1, 3);
	r->last[3] = c;
	if (memcmp(r->last, "\r\n\r\n", 4) != 0)
		return;
	r->body = true;
	/* an object is what the scanner takes for an element of its list */
	if (!is_list(r->what))
		docker_list_read(&r->list, "[", 1, on_name, r);
}

/* Reads the answer to its end, and writes the name to `to` if there is one. In the child. */
static int read_answer(enum engine_what what, int from, int to)
{
	struct reading r = { .what = what,
			     .list.wanted = what == DOCKER_CONTAINER ? "Name"
					    : is_list(what)	     ? "Id"
								     : "volatile.uuid",
			     /* {"metadata":{"config":{...}}} */
			     .list.deeper = what == INCUS_INSTANCE ? 2 : 0 };
	char piece[4096];
	const int64_t end = clock_ms() + ANSWER_MS;
	const char *name;
	size_t all = 0;
	ssize_t n;

	while (true) {
		struct pollfd p = { .fd = from, .events = POLLIN };

		if (clock_ms() >= end || poll(&p, 1, ANSWER_MS) <= 0)
			return -ETIMEDOUT;
		n = recv(from, piece, sizeof(piece), 0);
		if (n < 0 && errno == EAGAIN)
			continue;
		all += n > 0 ? (size_t)n : 0;
		if (n <= 0 || all > ANSWER_MOST)
			break;
		for (ssize_t i = 0; i < n; i++)
			read_byte(&r, piece[i]);
	}
	if (n < 0 || all > ANSWER_MOST || strncmp(r.status, "HTTP/1.", 7) != 0)
		return -EIO;
	if (strncmp(r.status + 8, " 404", 4) == 0)
		return -ENOENT;
	if (!is_list(what))
		docker_list_read(&r.list, "]", 1, on_name, &r);
	if (strncmp(r.status + 8, " 200", 4) != 0 || !docker_list_is_whole(&r.list))
		return -EIO;
	if (what != DOCKER_CONTAINER && !*r.name)
		return -ENOENT;
	name = r.name + (*r.name == '/');
	if ((name == r.name) != (what != DOCKER_CONTAINER) || !docker_can_exist(name))
		return -EIO;
	return send(to, name, strlen(name), MSG_NOSIGNAL) < 0 ? -EIO : 0;
}

/* What the child does. Returns its exit status: a number of errno. */
static int child(enum engine_what what, int from, int to)
{
	int r;

	prctl(PR_SET_NAME, "v6hook-named");
	if (dup2(from, 0) < 0 || dup2(to, 1) < 0 || close_range(2, ~0U, 0) < 0)
		return EIO;
	r = confine_rights(true);
	/* with the job, which is killed if it hangs */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (r == 0)
		r = confine_calls(false);
	if (r == 0)
		r = read_answer(what, 0, 1);
	return -r;
}

/* Asks, and has a child read the answer. @ret: what it found. Returns as named_by_engine. */
static int ask(const char *socket, enum engine_what what, const char *which,
	       char ret[IDENT_NAME_MAX + 1])
{
	_close_ int docker = engine_dial(socket, what, which, 0), mine = -1, its = -1;
	char name[IDENT_NAME_MAX + 1] = "";
	int pair[2], status = 0;
	ssize_t n;
	pid_t pid;

	if (docker < 0)
		return docker;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	mine = pair[0];
	its = pair[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(child(what, docker, its));
	close(steal_fd(&its));
	n = recv(mine, name, sizeof(name) - 1, 0);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return WIFEXITED(status) && WEXITSTATUS(status) == ENOENT ? -ENOENT : -EIO;
	if (n <= 0 || strlen(name) != (size_t)n || !docker_can_exist(name))
		return -EIO;
	strcpy(ret, name);
	return 0;
}

int named_by_engine(const struct config_engine *engine, const char *id,
		    char ret[IDENT_NAME_MAX + 1])
{
	return engine->which == ENGINE_INCUS ? -ENOSYS
					     : ask(engine->socket, DOCKER_CONTAINER, id, ret);
}

int named_has_id(const struct config_engine *engine, const char *name, const char *id)
{
	char found[IDENT_NAME_MAX + 1];
	int r = ask(engine->socket, INCUS_INSTANCE, name, found);

	return r == -ENOENT ? 0 : r < 0 ? r : strcmp(found, id) == 0;
}

int named_is_known(const struct config_engine *engine, const char *name)
{
	char found[IDENT_NAME_MAX + 1];
	int r = ask(engine->socket,
		    engine->which == ENGINE_INCUS ? INCUS_INSTANCE : DOCKER_CONTAINER, name, found);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* Asks whether there is a container with this ID of which something else is true, too. */
static int is_true_of(const char *socket, enum engine_what what, const char *id, const char *more)
{
	char which[80 + IDENT_NAME_MAX + 1], found[IDENT_NAME_MAX + 1];
	int r;

	snprintf(which, sizeof(which), "%.79s %s", id, more);
	r = ask(socket, what, which, found);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	return strcmp(found, id) == 0;
}

int named_in_place(const char *socket, const char *id, const char *place)
{
	return is_true_of(socket, DOCKER_PLACE, id, place);
}

int named_is_called(const char *socket, const char *id, const char *name)
{
	return is_true_of(socket, DOCKER_CALLED, id, name);
}
