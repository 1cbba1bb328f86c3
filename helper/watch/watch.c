/*
 * The service: events and drift in, attach, detach and reconcile out.
 *
 * Theory of operation: this process, the applier, holds the capabilities and reads nothing that
 * comes from outside but records of fixed size. What Docker and Podman send is read by a parser for
 * each, a child without any privilege (parser.c), one for each connection: when the engine goes it
 * ends, and is started again after a pause that grows. The configuration is the last good one
 * (follow.c): until there is one nothing is done, and with each new one every running container is
 * looked at. What is to be done is done by jobs (jobs.c). What becomes of the world otherwise is
 * heard of, and put right by a reconciliation (drift.c). Every second the service manager hears
 * that the loop turns; one that does not is killed by it.
 */
#include "watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/caps.h"
#include "base/cleanup.h"
#include "watch/announce.h"
#include "watch/askers.h"
#include "watch/channel.h"
#include "watch/drift.h"
#include "watch/follow.h"
#include "watch/jobs.h"
#include "watch/job.h"
#include "watch/journal.h"
#include "watch/loop.h"
#include "watch/notify.h"
#include "watch/sharer.h"
#include "watch/stats.h"
#include "watch/views.h"

#define TICK_MS 1000
#define LOCK_WAIT_MS 1000 /* who only asks whether a service runs holds the lock for a moment */
#define DESCRIPTORS 65536

struct watch {
	struct follow follow;
	struct jobs *jobs;
	struct askers *askers;
	struct drift *drift;
	struct channel channels[ENGINES];
	struct announcer announcer;
	struct sharer sharer;
	struct views views;
	struct loop *loop;
	int signals, timer;
	int lock;	 /* LOCK_SERVICE */
	int64_t tick_at; /* milliseconds of the monotonic clock */
	bool ready, over;
	int wrong;	 /* 0, or -errno: the service cannot begin, */
	struct error *e; /* and why */
};

/* Does what is due, and sets the timer to what comes next. */
static void set_timer(struct watch *w)
{
	int64_t at = w->tick_at, left;
	int64_t silent = w->askers ? askers_expire(w->askers, clock_ms()) : INT64_MAX;
	int64_t drift = w->askers ? drift_act(w->drift) : INT64_MAX;
	int64_t announce = w->askers ? announce_again(&w->announcer, &w->follow.now) : INT64_MAX;
	int64_t views =
		w->askers ? views_act(&w->views, &w->follow.now, w->jobs, drift_changes(w->drift))
			  : INT64_MAX;
	struct itimerspec t = { 0 };

	for (size_t i = 0; w->askers && i < ENGINES; i++)
		at = channel_due(&w->channels[i]) < at ? channel_due(&w->channels[i]) : at;
	at = w->askers && sharer_due(&w->sharer) < at ? sharer_due(&w->sharer) : at;
	at = silent < at ? silent : at;
	at = drift < at ? drift : at;
	at = announce < at ? announce : at;
	at = views < at ? views : at;
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

/* Tells the service manager for what is waited. */
static void tell_status(const struct watch *w)
{
	char text[ENGINES * sizeof(w->channels[0].waits) + 32] = "STATUS=";
	bool first = true;

	for (size_t i = 0; i < ENGINES; i++) {
		size_t used = strlen(text);

		if (!*w->channels[i].waits)
			continue;
		snprintf(text + used, sizeof(text) - used, "%s%s", first ? "waiting " : "; ",
			 w->channels[i].waits);
		first = false;
	}
	notify_service(text);
}

/* Says once, at the beginning, for what it waits. */
static void tell_silence(struct watch *w)
{
	for (size_t i = 0; i < ENGINES; i++) {
		if (!channel_is_silent(&w->channels[i], w->follow.now.config))
			continue;
		journal_remark("waiting", w->channels[i].waits);
		tell_status(w);
	}
}

/* Takes one record from a parser. */
static void on_record(int fd, void *arg)
{
	struct watch *w = arg;
	struct channel *c = w->channels;
	bool waited;
	struct record record;
	int r;

	while (c->fd != fd)
		c++;
	waited = *c->waits;
	r = channel_take(c, &record);
	if (r < 0)
		journal_once("a record of the parser's makes no sense: starting another parser");
	if (r <= 0)
		return;
	if (record.kind == RECORD_NOTE) {
		journal_once(record.why);
	} else if (record.kind != RECORD_LISTED) {
		jobs_add(w->jobs, &record);
	} else if (waited) {
		tell_status(w);
	}
}

static void on_child(struct watch *w, pid_t pid, int wait_status, const struct rusage *used)
{
	int64_t cpu = (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 +
		      (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000;
	uint32_t kind = 0;

	for (size_t i = 0; i < ENGINES; i++)
		if (channel_ended(&w->channels[i], pid))
			return;
	if (sharer_ended(&w->sharer, pid) ||
	    (w->askers && askers_ended(w->askers, pid, wait_status != 0)) ||
	    !jobs_ended(w->jobs, pid, &kind))
		return;
	if (kind == JOB_RECONCILE)
		drift_judged(w->drift, wait_status != 0, cpu);
	views_ended(&w->views, kind, wait_status != 0);
}

/*
 * Locks again if the file that is locked has been replaced: then the lock can be had. Tells when
 * the store is gone.
 */
static void keep_lock(struct watch *w)
{
	struct lease_store *s = w->follow.now.store;
	struct error e;
	int lock, r = s->ops->lock(s, LOCK_SERVICE, NULL, false, 0, &lock, &e);

	if (r < 0) {
		if (r != -EBUSY)
			journal_once(e.text);
		return;
	}
	close(w->lock);
	w->lock = lock;
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
		r = drift_open(c, w->loop, w->jobs, &w->drift, e);
	if (r == 0)
		r = askers_open(c->config->socket, c, w->loop, &w->askers, e);
	for (size_t i = 0; r == 0 && i < ENGINES; i++)
		if (config_serves(c->config->engines, i))
			journal_remark("watching", c->config->engines[i].socket);
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
		notify_ready(w);
		return 0;
	}
	if (!w->askers)
		r = begin(w, e);
	if (r < 0)
		return r;
	/* nor for an engine */
	notify_ready(w);
	for (size_t i = 0; i < ENGINES; i++)
		channel_again(&w->channels[i]);
	sharer_again(&w->sharer);
	/* a boot, or what happened while nobody watched */
	drift_all(w->drift);
	views_all(&w->views, w->follow.now.config);
	return 0;
}

static void on_signal(int fd, void *arg)
{
	struct signalfd_siginfo info;
	struct watch *w = arg;
	struct rusage used;
	int wait_status;
	pid_t pid;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP && w->wrong == 0) {
		follow_again(&w->follow);
		w->wrong = see_to_config(w, w->e);
		return;
	}
	if (info.ssi_signo != SIGCHLD) {
		w->over = true;
		return;
	}
	while ((pid = wait4(-1, &wait_status, WNOHANG, &used)) > 0)
		on_child(w, pid, wait_status, &used);
}

/* Sees to what is to be seen to every second. */
static void tick(struct watch *w)
{
	struct error e;

	w->tick_at = clock_ms() + TICK_MS;
	w->wrong = see_to_config(w, w->e);
	if (!w->askers)
		return;
	if (askers_move(w->askers, w->follow.now.config->socket, &e) < 0)
		journal_once(e.text);
	tell_silence(w);
	keep_lock(w);
	drift_tick(w->drift);
}

static void on_timer(int fd, void *arg)
{
	struct watch *w = arg;
	uint64_t ignored;

	if (read(fd, &ignored, sizeof(ignored)) < 0)
		return;
	if (clock_ms() >= w->tick_at)
		tick(w);
	for (size_t i = 0; w->askers && i < ENGINES; i++)
		if (clock_ms() >= channel_due(&w->channels[i]))
			channel_start(&w->channels[i], w->follow.now.config);
	if (w->askers && clock_ms() >= sharer_due(&w->sharer))
		sharer_start(&w->sharer, &w->follow.now);
	jobs_expire(w->jobs, clock_ms());
	/* here, where a loop that is stuck, or a handler that is, does not come */
	notify_service("WATCHDOG=1");
}

/*
 * loop_turn: before each event. Who has just changed the configuration counts on it; one that
 * stays bad waits for the timer.
 */
static int before(void *arg)
{
	struct watch *w = arg;

	if (w->wrong == 0 && w->askers && (!*w->follow.wrong || follow_is_news(&w->follow)))
		w->wrong = see_to_config(w, w->e);
	return w->wrong;
}

/* Each container that is attached takes two: its process's, and one in its network. */
static void allow_descriptors(void)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur < DESCRIPTORS) {
		most.rlim_cur = most.rlim_max < DESCRIPTORS ? most.rlim_max : DESCRIPTORS;
		setrlimit(RLIMIT_NOFILE, &most);
	}
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
	/* a terminal that hangs up ends what runs in it */
	if (!isatty(STDIN_FILENO))
		sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	allow_descriptors();
	w->jobs = jobs_new(&w->follow.now);
	w->loop = loop_new();
	for (size_t i = 0; i < ENGINES; i++)
		w->channels[i] = channel_new(w->loop, i, on_record, w);
	w->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (!w->jobs || !w->loop || w->signals < 0 || w->timer < 0 ||
	    loop_add(w->loop, w->signals, on_signal, w) < 0 ||
	    loop_add(w->loop, w->timer, on_timer, w) < 0)
		return error_sys(e, errno ? -errno : -ENOMEM, "cannot set the service up");
	return see_to_config(w, e);
}

static void watch_release(struct watch *w)
{
	/* the parsers die with this process: PR_SET_PDEATHSIG */
	sharer_stop(&w->sharer);
	if (w->jobs)
		jobs_free(w->jobs);
	if (w->loop)
		loop_stop(w->loop);
	if (w->drift)
		drift_close(w->drift);
	if (w->askers)
		askers_close(w->askers);
	cleanup_close(&w->lock);
	for (size_t i = 0; i < ENGINES; i++)
		cleanup_close(&w->channels[i].fd);
	announcer_release(&w->announcer);
	views_end(&w->views);
	cleanup_close(&w->timer);
	cleanup_close(&w->signals);
	if (w->loop)
		loop_free(w->loop);
	follow_release(&w->follow);
}

int watch_run(const char *config_path, bool json, struct error *e)
{
	CLEANUP(watch_release)
	struct watch w = {
		.follow.path = config_path,
		.signals = -1,
		.timer = -1,
		.channels = { { .fd = -1 }, { .fd = -1 } },
		.lock = -1,
		.e = e,
	};

	journal_begin(json);
	stats_begin();
	note_to(journal_note);
	w.wrong = set_up(&w, e);
	w.tick_at = clock_ms() + TICK_MS;
	while (w.wrong == 0 && !w.over) {
		set_timer(&w);
		jobs_start(w.jobs);
		for (size_t i = 0; i < ENGINES; i++)
			channel_hold(&w.channels[i], jobs_full(w.jobs));
		loop_turn(w.loop, before, &w);
	}
	return w.wrong;
}
