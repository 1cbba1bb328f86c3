/*
 * The service: events and drift in, attach, detach and reconcile out.
 *
 * Theory of operation: this process, the applier, holds the capabilities and reads nothing that
 * comes from outside but records of fixed size. What Docker sends is read by the parser, a child
 * without any privilege (parser.c), one for each connection: when dockerd goes it ends, and is
 * started again after a pause that grows. The configuration is the last good one (follow.c): until
 * there is one nothing is done, and with each new one every running container is looked at. What is
 * to be done is done by jobs (jobs.c). Drift is looked for after every rtnetlink event and, because
 * proxy entries vanish without one, every second; the look costs a few system calls, and only if it
 * finds something a reconciliation runs.
 * After each look the service manager hears that the loop turns; one that does not is killed by it.
 */
#include "watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/caps.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "policy/ready.h"
#include "ops/verbs.h"
#include "watch/askers.h"
#include "watch/changes.h"
#include "watch/channel.h"
#include "watch/follow.h"
#include "watch/jobs.h"
#include "watch/journal.h"
#include "watch/notify.h"

#define TICK_MS 1000
#define LOCK_WAIT_MS 1000   /* who only asks whether a service runs holds the lock for a moment */
#define READY_PAUSE_MS 5000 /* between two attempts to make addresses ready */
#define SETTLE_MS 50	    /* after an rtnetlink event: more of them follow */
#define TOLD_MOST 1024

struct watch {
	struct follow follow;
	struct jobs *jobs;
	struct askers *askers;
	struct channel channel;
	int epoll, signals, timer, netlink;
	int lock; /* LOCK_SERVICE */
	/* milliseconds of the monotonic clock; ready_at: no addresses are made ready before */
	int64_t look_at, ready_at;
	bool ready, over;
	uint64_t told[TOLD_MOST]; /* hashes of remarks already made */
	size_t told_count;
};

/* Sets the timer to what comes first: the next connection, look, or end of somebody's patience. */
static void set_timer(struct watch *w)
{
	int64_t at = w->look_at, left;
	int64_t silent = w->askers ? askers_expire(w->askers, clock_ms()) : INT64_MAX;
	struct itimerspec t = { 0 };

	if (w->askers && channel_due(&w->channel) < at)
		at = channel_due(&w->channel);
	if (silent < at)
		at = silent;
	left = at - clock_ms();
	left = left < 1 ? 1 : left;
	t.it_value.tv_sec = left / 1000;
	t.it_value.tv_nsec = left % 1000 * 1000000;
	timerfd_settime(w->timer, 0, &t, NULL);
}

static void notify_ready(struct watch *w)
{
	if (!w->ready)
		notify_service("READY=1");
	w->ready = true;
}

/* A remark of the parser's, once each. */
static void tell_once(struct watch *w, const char *text)
{
	uint64_t hash = text_hash(text, 0);

	for (size_t i = 0; i < TOLD_MOST && i < w->told_count; i++)
		if (w->told[i] == hash)
			return;
	w->told[w->told_count++ % TOLD_MOST] = hash;
	journal_remark("note", text);
}

static int add_fd(struct watch *w, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void look_soon(struct watch *w, unsigned int ms)
{
	int64_t at = clock_ms() + ms;

	if (at < w->look_at)
		w->look_at = at;
}

/* Takes one record from the parser. */
static void on_record(struct watch *w)
{
	struct record record;
	int r = channel_take(&w->channel, &record);

	if (r < 0)
		tell_once(w, "a record of the parser's makes no sense: starting another parser");
	if (r <= 0)
		return;
	if (record.kind == RECORD_NOTE) {
		tell_once(w, record.why);
	} else if (record.kind == RECORD_LISTED) {
		notify_ready(w);
		look_soon(w, SETTLE_MS);
	} else {
		jobs_add(w->jobs, &record);
	}
}

static void on_child(struct watch *w, pid_t pid, int wait_status)
{
	bool reconciled = false;
	int status = 0;

	if (channel_ended(&w->channel, pid))
		return;
	if ((w->askers && askers_ended(w->askers, pid, wait_status != 0)) ||
	    !jobs_ended(w->jobs, pid, wait_status, &reconciled, &status) || !reconciled)
		return;
	look_soon(w, TICK_MS);
	if (access(w->follow.now.config->docker_socket, F_OK) < 0)
		notify_ready(w);
}

static void on_signal(struct watch *w)
{
	struct signalfd_siginfo info;
	int wait_status;
	pid_t pid;

	if (read(w->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD) {
		w->over = true;
		return;
	}
	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		on_child(w, pid, wait_status);
}

static void on_netlink(struct watch *w)
{
	changes_drain(w->netlink);
	look_soon(w, SETTLE_MS);
}

/* reconcile_each: one thing to do is enough to know. */
static int on_drift(const struct reconcile_action *a, void *arg)
{
	(void)a;
	*(bool *)arg = true;
	return 1;
}

/* Locks again if the file that is locked has been replaced: then the lock can be had. */
static void keep_lock(struct watch *w)
{
	struct lease_store *s = w->follow.now.store;
	struct error ignored;
	int lock;

	if (s->ops->lock(s, LOCK_SERVICE, NULL, false, 0, &lock, &ignored) < 0)
		return;
	close(w->lock);
	w->lock = lock;
}

/* Looks for drift, and has it put right. */
static void look(struct watch *w)
{
	bool drifted = false;
	struct error e;

	if (askers_move(w->askers, w->follow.now.config->socket, &e) < 0)
		tell_once(w, e.text);
	if (jobs_reconciling(w->jobs))
		return;
	keep_lock(w);
	if (op_reconcile(&w->follow.now, RECONCILE_LOOK, on_drift, &drifted, &e) < 0)
		tell_once(w, e.text);
	journal_looked();
	if (drifted)
		jobs_reconcile(w->jobs);
	else if (w->look_at > w->ready_at && ready_missing(&w->follow.now)) {
		w->ready_at = clock_ms() + READY_PAUSE_MS;
		jobs_make_ready(w->jobs);
	}
}

/*
 * Begins to serve, with the first good configuration: as the one service of its state directory,
 * listening on its socket. Returns 0 or -errno.
 */
static int begin(struct watch *w, struct error *e)
{
	const struct context *c = &w->follow.now;
	int r = c->store->ops->lock(c->store, LOCK_SERVICE, NULL, false, LOCK_WAIT_MS, &w->lock, e);

	if (r == -EBUSY)
		return error_set(e, STATUS_FAILED, r, "another v6hook watch is running");
	if (r == 0)
		r = askers_open(c->config->socket, c, w->epoll, &w->askers, e);
	if (r == 0)
		journal_remark("watching", c->config->docker_socket);
	return r;
}

/*
 * Sees to the configuration: whatever runs is looked at with a new one, as it may have been started
 * while there was none. Returns 0, or -errno if the service cannot begin.
 */
static int see_to_config(struct watch *w, struct error *e)
{
	int r = 0;

	if (!follow_look(&w->follow)) {
		/* it does what it can do now: who waits for it shall not wait for the administrator
		 */
		if (!w->follow.now.config)
			notify_ready(w);
		return 0;
	}
	if (!w->askers)
		r = begin(w, e);
	if (r < 0)
		return r;
	channel_again(&w->channel);
	/* a boot, or what happened while nobody watched */
	jobs_reconcile(w->jobs);
	return 0;
}

/* Returns 0, or -errno if the service cannot begin. */
static int on_timer(struct watch *w, struct error *e)
{
	bool looks = clock_ms() >= w->look_at;
	uint64_t ignored;
	int r = 0;

	if (read(w->timer, &ignored, sizeof(ignored)) < 0)
		return 0;
	if (looks) {
		w->look_at = clock_ms() + TICK_MS;
		r = see_to_config(w, e);
	}
	if (w->askers && clock_ms() >= channel_due(&w->channel))
		channel_start(&w->channel, w->follow.now.config);
	if (w->askers && looks)
		look(w);
	jobs_expire(w->jobs, clock_ms());
	/* here, where a loop that is stuck, or a look that is, does not come */
	notify_service("WATCHDOG=1");
	return r;
}

/* Opens everything. Returns 0 or -errno. */
static int set_up(struct watch *w, struct error *e)
{
	sigset_t signals;
	int r = caps_check(true, e);

	if (r < 0)
		return r;
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	w->jobs = jobs_new(&w->follow.now);
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->channel = channel_new(w->epoll);
	w->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->netlink = changes_open();
	if (!w->jobs || w->epoll < 0 || w->signals < 0 || w->timer < 0 || w->netlink < 0 ||
	    add_fd(w, w->signals) < 0 || add_fd(w, w->timer) < 0 || add_fd(w, w->netlink) < 0)
		return error_sys(e, errno ? -errno : -ENOMEM, "cannot set the service up");
	return see_to_config(w, e);
}

static void watch_release(struct watch *w)
{
	/* the parser dies with this process: PR_SET_PDEATHSIG */
	if (w->jobs)
		jobs_free(w->jobs);
	if (w->lock >= 0)
		ready_end(&w->follow.now);
	if (w->askers)
		askers_close(w->askers);
	cleanup_close(&w->lock);
	cleanup_close(&w->channel.fd);
	cleanup_close(&w->netlink);
	cleanup_close(&w->timer);
	cleanup_close(&w->signals);
	cleanup_close(&w->epoll);
	follow_release(&w->follow);
}

int watch_run(const char *config_path, bool json, struct error *e)
{
	CLEANUP(watch_release)
	struct watch w = {
		.follow.path = config_path,
		.epoll = -1,
		.signals = -1,
		.timer = -1,
		.netlink = -1,
		.channel.fd = -1,
		.lock = -1,
	};
	int r;

	journal_json(json);
	/* what a look finds, the next one finds, too */
	note_to(journal_note_once);
	r = set_up(&w, e);
	w.look_at = clock_ms() + TICK_MS;
	while (r == 0 && !w.over) {
		struct epoll_event events[8];
		int n;

		jobs_start(w.jobs);
		channel_hold(&w.channel, jobs_full(w.jobs));
		set_timer(&w);
		n = epoll_wait(w.epoll, events, ARRAY_SIZE(events), -1);
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			/* who has just changed it counts on it; a bad one waits for the timer */
			if (w.askers && !*w.follow.wrong)
				r = see_to_config(&w, e);
			if (r < 0)
				break;
			if (fd == w.signals)
				on_signal(&w);
			else if (fd == w.timer)
				r = on_timer(&w, e);
			else if (fd == w.netlink)
				on_netlink(&w);
			else if (fd == w.channel.fd)
				on_record(&w);
			else if (w.askers)
				askers_event(w.askers, fd);
		}
	}
	return r;
}
