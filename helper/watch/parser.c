/*
 * The half of the watch service that reads what an engine sends: without any privilege.
 *
 * Theory of operation: who may write to an engine's socket is root on the host, so this process has
 * no such right either. A child of its own, the relay, opens the connections, writes the requests,
 * and copies the answers here (engine/relay.c). What is left to the parser are the ends of the
 * answers and of the records, and a filter of system calls that lets it get nothing else.
 */
#include "watch/parser.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/note.h"
#include "engine/relay.h"
#include "runtime/runtime.h"
#include "watch/confine.h"
#include "watch/record.h"

static int applier = -1;
static const char *engine_name;

/* Sends one record; an applier that is gone or stuck for long ends this process. */
static void tell(struct record *r)
{
	r->magic = RECORD_MAGIC;
	if (send(applier, r, sizeof(*r), MSG_NOSIGNAL) != sizeof(*r))
		_exit(STATUS_FAILED);
}

static void tell_note(enum note_level level, const char *text)
{
	struct record r = { .kind = RECORD_NOTE };

	if (level != NOTE_WARNING)
		return;
	snprintf(r.why, sizeof(r.why), "%s", text);
	tell(&r);
}

static void on_heard(enum runtime_event event, const struct instance *i, const char *old,
		     const char *why, void *arg)
{
	static const uint32_t kinds[] = {
		[RUNTIME_RUNNING] = RECORD_RUNNING,
		[RUNTIME_GONE] = RECORD_GONE,
		[RUNTIME_RENAMED] = RECORD_RENAMED,
		[RUNTIME_LISTED] = RECORD_LISTED,
	};
	struct record r = { .kind = kinds[event] };

	(void)arg;
	snprintf(r.why, sizeof(r.why), "%s", why);
	if (old)
		snprintf(r.old_name, sizeof(r.old_name), "%s", old);
	if (i)
		record_fill(&r, i);
	tell(&r);
}

static void on_refused(const char *name, const struct error *e, void *arg)
{
	char text[256];

	(void)arg;
	snprintf(text, sizeof(text), "%s:%.80s is left alone: %.150s", engine_name, name, e->text);
	tell_note(NOTE_WARNING, text);
}

/* runtime_watch: all is open, nothing is read yet. */
static int on_open(void)
{
	return confine_calls(false);
}

/* Opens connections for the parser, and hands on what the engine says: relay. */
static int relay_run(const char *socket, int control, pid_t parent)
{
	prctl(PR_SET_NAME, "v6hook-relay");
	/* it stays root, whose socket that is, without any capability */
	if (confine_rights(false) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    getppid() != parent || confine_calls(true) < 0)
		return STATUS_FAILED;
	engine_relay_run(socket, control, applier);
	return STATUS_DONE;
}

/* Starts the relay. Returns this process's end of the pair between, or -errno. */
static int start_relay(const char *socket)
{
	pid_t self = getpid(), pid;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(pair[0]);
		_exit(relay_run(socket, pair[1], self));
	}
	close(pair[1]);
	return pair[0];
}

/* Keeps of what the applier has open one end of a socket pair, as `applier`. Returns 0 or -errno.
 */
static int keep_only(int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return -errno;
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (dup2(out, STDERR_FILENO + 1) < 0 || close_range(STDERR_FILENO + 2, ~0U, 0) < 0)
		return -errno;
	applier = STDERR_FILENO + 1;
	return 0;
}

int parser_run(const struct config_engine *engine, int out, pid_t parent)
{
	struct runtime_guard guard = { .opened = on_open };
	struct error e;
	int r;

	if (keep_only(out) < 0)
		return STATUS_FAILED;
	prctl(PR_SET_NAME, "v6hook-parser");
	note_to(tell_note);
	engine_name = engine->name;
	guard.relay = start_relay(engine->socket);
	if (guard.relay < 0)
		return STATUS_FAILED;
	r = confine_rights(true);
	/* after that: becoming another user clears it (prctl(2)) */
	if (r < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return STATUS_FAILED;
	r = runtime_watch(engine, &guard, on_heard, on_refused, NULL, &e);
	if (r < 0 && r != -EHOSTDOWN)
		tell_note(NOTE_WARNING, e.text);
	return r < 0 ? STATUS_FAILED : STATUS_DONE;
}
