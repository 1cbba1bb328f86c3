/*
 * What an engine knows of a container that it is starting, or has started, asked for once.
 *
 * Theory of operation: what it says holds what strangers wrote, so it is read by a child that has
 * given up everything as the parser has. It gets connections from here, one for each question
 * (engine_relay_once), and tells one record.
 */
#include "watch/inquiry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/note.h"
#include "engine/plain.h"
#include "engine/relay.h"
#include "runtime/docker_starting.h"
#include "runtime/podman_starting.h"
#include "watch/confine.h"

#define ANSWER_MS 3000
#define CONFIG_MOST (4u * 1024 * 1024) /* bytes */

/* What the child tells. */
struct told {
	int32_t result; /* 0 with a record, else of errno, with the text */
	uint32_t status;
	uint32_t how; /* enum inquired */
	struct record record;
	char text[ERROR_TEXT_MAX];
};

static void no_note(enum note_level level, const char *text)
{
	(void)level, (void)text; /* the watcher says it */
}

/* engine_getter: by a connection that the parent makes. @arg: when it is to be there, in ms */
static int get(enum engine_what what, const char *which, struct engine_answer *ret,
	       long *ret_status, void *arg)
{
	_close_ int fd = engine_relay_open(0, what, which);

	return fd < 0 ? fd : engine_plain_read(fd, *(const int64_t *)arg, ret, ret_status);
}

/* Reads what the runtime was told: before this process gives up its rights. */
static int read_bundle(const struct inquiry *i, char **ret, size_t *ret_len)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/config.json", i->bundle);
	return file_read(AT_FDCWD, path, CONFIG_MOST, ret, ret_len);
}

/* Finds out what there is to tell. @text: its config.json, or null. Returns 0 or -errno. */
static int find_out(const struct config_engine *engine, const struct inquiry *i, const char *text,
		    size_t len, struct instance *ret, enum inquired *ret_how, struct error *e)
{
	_json_ json_t *config = NULL;
	const int64_t until = clock_ms() + ANSWER_MS;
	bool starts = false, unsure = false;
	struct podman_born born = {
		.id = i->id,
		.name = i->name,
		.first = i->first,
		.bridge = i->bridge,
		.now = time(NULL),
	};
	int r;

	if (text && json_parse(text, len, &config, e) < 0)
		config = NULL;
	if (i->name) {
		born.config = config;
		r = podman_starting(engine, get, (void *)&until, &born, ret, &unsure, e);
		*ret_how = unsure ? INQUIRED_UNSURE : INQUIRED_STARTS;
	} else {
		r = docker_starting(engine, get, (void *)&until, i->id, i->first, config, ret,
				    &starts, e);
		*ret_how = starts ? INQUIRED_STARTS : INQUIRED_RUNS;
	}
	return r;
}

/* What the child does. Returns its exit status. */
static int child(const struct config_engine *engine, const struct inquiry *i, int relay, int out)
{
	struct told told = { .record = { .magic = RECORD_MAGIC, .kind = RECORD_RUNNING } };
	struct instance instance = { .pid = 0 };
	struct error e = { .status = STATUS_FAILED };
	enum inquired how = INQUIRED_RUNS;
	_free_ char *config = NULL;
	size_t config_len = 0;

	prctl(PR_SET_NAME, "v6hook-named");
	note_to(no_note);
	if (*i->bundle && read_bundle(i, &config, &config_len) < 0)
		config = NULL;
	if (dup2(relay, 0) < 0 || dup2(out, 1) < 0 || close_range(2, ~0U, 0) < 0 ||
	    confine_rights(true) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    confine_calls(false) < 0)
		return STATUS_FAILED;
	told.result = find_out(engine, i, config, config_len, &instance, &how, &e);
	told.how = how;
	told.status = e.status;
	if (told.result == 0)
		record_fill(&told.record, &instance);
	else
		memcpy(told.text, e.text, sizeof(told.text));
	return send(1, &told, sizeof(told), MSG_NOSIGNAL) == sizeof(told) ? STATUS_DONE
									  : STATUS_FAILED;
}

/* Hands out connections until the child has told. Returns 0, -ETIMEDOUT or -EIO. */
static int await(const char *socket, int relay, int in, struct told *ret)
{
	const int64_t end = clock_ms() + ANSWER_MS;
	struct pollfd p[] = { { .fd = in, .events = POLLIN }, { .fd = relay, .events = POLLIN } };

	for (;;) {
		int64_t left = end - clock_ms();

		if (left <= 0 || poll(p, ARRAY_SIZE(p), (int)left) == 0)
			return -ETIMEDOUT;
		if (p[0].revents)
			return recv(in, ret, sizeof(*ret), 0) == sizeof(*ret) ? 0 : -EIO;
		if (p[1].revents && !engine_relay_once(socket, relay))
			p[1].fd = -1;
	}
}

int inquire(const struct config_engine *engine, const struct inquiry *i, struct record *ret,
	    enum inquired *ret_how, struct error *e)
{
	_close_ int mine = -1, its = -1, in = -1, out = -1;
	struct told told = { .result = 0 };
	int relay[2], pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, relay) < 0)
		return error_sys(e, -errno, "cannot ask %s", engine->title);
	mine = relay[0];
	its = relay[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_sys(e, -errno, "cannot ask %s", engine->title);
	in = pair[0];
	out = pair[1];
	pid = fork();
	if (pid < 0)
		return error_sys(e, -errno, "cannot ask %s", engine->title);
	if (pid == 0)
		_exit(child(engine, i, its, out));
	close(steal_fd(&its));
	close(steal_fd(&out));
	r = await(engine->socket, mine, in, &told);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (r < 0)
		return error_sys(e, r, "%s says nothing of the container", engine->title);
	told.text[sizeof(told.text) - 1] = '\0';
	if (told.result < 0)
		return error_set(e,
				 told.status > STATUS_DONE && told.status <= STATUS_IN_USE
					 ? (enum status)told.status
					 : STATUS_FAILED,
				 told.result, "%s", told.text);
	told.record.engine = engine->which;
	if (record_check(&told.record) < 0 || strcmp(told.record.id, i->id) != 0 ||
	    told.how > INQUIRED_UNSURE)
		return error_set(e, STATUS_FAILED, -EBADMSG, "cannot make sense of %s's answer",
				 engine->title);
	*ret = told.record;
	*ret_how = (enum inquired)told.how;
	return 0;
}
