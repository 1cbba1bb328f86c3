/* The applier's end of what the parser tells: one parser after the other, and their records. */
#include "watch/channel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "watch/parser.h"

#define PAUSE_LEAST_MS 50
#define PAUSE_MOST_MS 5000
#define SILENCE_MS 5000 /* of an engine, before it is told */

struct channel channel_new(struct loop *loop, enum engine engine, loop_handler handler, void *arg)
{
	return (struct channel){
		.loop = loop,
		.engine = engine,
		.handler = handler,
		.arg = arg,
		.fd = -1,
		.pause = PAUSE_LEAST_MS,
	};
}

static void let_go(struct channel *c)
{
	loop_remove(c->loop, c->fd);
	cleanup_close(&c->fd);
	c->fd = -1;
}

int64_t channel_due(const struct channel *c)
{
	return c->pid ? INT64_MAX : c->connect_at;
}

void channel_start(struct channel *c, const struct config *config)
{
	const struct config_engine *engine = &config->engines[c->engine];
	pid_t self = getpid();
	sigset_t none;
	int pair[2];

	c->connect_at = engine->socket ? clock_ms() + c->pause : INT64_MAX;
	c->pause = c->pause * 2 > PAUSE_MOST_MS ? PAUSE_MOST_MS : c->pause * 2;
	/* in this order: a link to a socket that is not there yet tells nothing */
	if (!engine->socket || config_look_at(engine->socket) < 0 ||
	    !config_serves(config->engines, c->engine) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	c->pid = fork();
	if (c->pid == 0) {
		close(pair[0]);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		_exit(parser_run(engine, pair[1], self));
	}
	close(pair[1]);
	if (c->pid < 0 || loop_add(c->loop, pair[0], c->handler, c->arg) < 0) {
		c->pid = c->pid < 0 ? 0 : c->pid;
		close(pair[0]);
		return;
	}
	c->fd = pair[0];
	c->held = false;
}

void channel_again(struct channel *c)
{
	let_go(c);
	c->pid = 0;
	c->pause = PAUSE_LEAST_MS;
	c->connect_at = c->silent_since = clock_ms();
	c->heard = false;
	*c->waits = '\0';
}

bool channel_is_silent(struct channel *c, const struct config *config)
{
	const char *socket = config->engines[c->engine].socket;
	const char *why = "does not tell yet what runs: does the engine answer?";

	if (c->heard || clock_ms() - c->silent_since < SILENCE_MS ||
	    !config_serves(config->engines, c->engine))
		return false;
	switch (config_look_at(socket)) {
	case 0:
		break;
	case -ENOTSOCK:
		why = "is no socket: the configuration must name the engine's";
		break;
	case -EACCES:
		why = "root may not reach: chown its directory to root";
		break;
	default:
		if (!config_misses(config->engines, c->engine))
			return false;
		why = "is not there yet";
	}
	snprintf(c->waits, sizeof(c->waits), "for %.300s, which %s", socket, why);
	c->heard = true;
	return true;
}

void channel_hold(struct channel *c, bool hold)
{
	if (c->fd < 0 || hold == c->held)
		return;
	c->held = hold;
	loop_hold(c->loop, c->fd, hold);
}

int channel_take(struct channel *c, struct record *ret)
{
	ssize_t n = recv(c->fd, ret, sizeof(*ret), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	ret->engine = c->engine;
	if (n == sizeof(*ret) && record_check(ret) == 0) {
		if (ret->kind == RECORD_LISTED) {
			c->pause = PAUSE_LEAST_MS;
			c->heard = true;
			*c->waits = '\0';
		}
		return 1;
	}
	/* its end is told by channel_ended; the next record of one that goes on finds nobody, and
	 * ends it: killing nobody's process takes CAP_KILL */
	let_go(c);
	return n <= 0 ? 0 : -EBADMSG;
}

bool channel_ended(struct channel *c, pid_t pid)
{
	if (!pid || pid != c->pid)
		return false;
	let_go(c);
	c->pid = 0;
	c->connect_at = clock_ms() + c->pause;
	return true;
}
