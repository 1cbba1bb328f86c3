/*
 * An engine's events: all that runs, then all that happens, without a gap between.
 *
 * Theory of operation: one session holds the stream of events, the list of what runs, which is
 * asked for once the stream is open, and inspects of single containers (docker_look.c). None
 * waits for another: a container that the daemon cannot answer for, a list that comes slowly, hold
 * up nobody else. The list pauses while many of its containers wait to be inspected. What the
 * stream tells of a container that is being inspected overtakes the answer: one that was sent
 * before a `start` is followed by another, and one that was sent before a `die` or a `rename`
 * counts for nothing. Incus speaks another dialect: what differs is in one table.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/library.h"
#include "base/note.h"
#include "engine/ask.h"
#include "engine/frames.h"
#include "engine/lines.h"
#include "runtime/docker_event.h"
#include "runtime/docker_list.h"
#include "runtime/docker_look.h"
#include "runtime/engines.h"
#include "runtime/incus_event.h"
#include "runtime/incus_list.h"
#include "runtime/incus_look.h"

#define EVENT_MAX (1024 * 1024) /* bytes of one event; labels can make it longer */
#define LIST_AHEAD 64		/* inspects waiting, with which the list pauses */
#define LIST_AGAIN_MS 5000	/* after a list that failed */

struct dialect;

struct watching {
	struct runtime_looking at;
	const struct dialect *dialect;
	struct engine_lines lines;
	struct engine_frames frames;
	char *text; /* the room of both */

	bool list_wanted; /* what runs is to be looked at; anew, if that is under way */
	bool listing;	  /* from the request until all of its containers are answered */
	union {
		struct docker_list docker;
		struct incus_list incus;
	} list;
	struct engine_transfer *list_transfer; /* null: the list is read to its end */
	bool list_paused, list_failed;
	int64_t list_at; /* if it failed: when to ask again, in ms of the monotonic clock */

	bool over;
	int result; /* with error, if it is over and not 0 */
	struct error error;
};

static void watching_release(struct watching *w)
{
	if (w->at.session)
		engine_session_free(w->at.session);
	engine_queue_clear(&w->at.queue);
	free(w->text);
}

/* How an engine says what every engine says. */
struct dialect {
	enum engine_what events;
	const struct engine_lister *lister;
	bool (*can_exist)(const char *id);
	int (*look_send)(struct runtime_looking *w, struct engine_inspect *i, struct error *e);
	void (*read_event)(const char *text, size_t len, struct engine_event *ret);
	/* Takes a piece of the stream. Returns 0, or else to end it. */
	int (*stream)(struct watching *w, const char *data, size_t len);
};

static void fail(struct watching *w, int r, const struct error *e)
{
	if (w->over)
		return;
	w->over = true;
	w->result = r;
	w->error = *e;
}

/* Has a container inspected. @name: for people; @event_ns: 0 if there was no event */
static void look_at(struct watching *w, const char *id, const char *name, const char *why,
		    int64_t event_ns, bool listed)
{
	struct engine_inspect inspect = { .why = why, .event_ns = event_ns, .listed = listed };
	struct error e;
	int r;

	if (strlen(id) >= sizeof(inspect.id) || !w->dialect->can_exist(id))
		return;
	snprintf(inspect.id, sizeof(inspect.id), "%s", id);
	snprintf(inspect.name, sizeof(inspect.name), "%s", name);
	r = engine_queue_add(&w->at.queue, &inspect);
	/* another connection begins with a list, so nothing is missed */
	if (r < 0) {
		error_set(&e, STATUS_FAILED, r,
			  "too many %s containers wait to be looked at: connecting anew",
			  w->at.engine->title);
		fail(w, r, &e);
	}
}

static void on_listed_id(const char *id, void *arg)
{
	look_at(arg, id, id, ENGINE_LISTED, 0, true);
}

/* Whether the list is to wait for the inspects of what it has told. */
static bool is_ahead(const struct watching *w)
{
	return w->at.queue.count - w->at.queue.sent > LIST_AHEAD;
}

static enum engine_take on_list(const char *data, size_t len, void *arg)
{
	struct watching *w = arg;

	w->list_paused = is_ahead(w);
	if (w->list_paused)
		return ENGINE_LATER;
	return w->dialect->lister->read(&w->list, data, len, on_listed_id, w) < 0 ? ENGINE_BROKEN
										  : ENGINE_TAKEN;
}

/* Without a list the events are followed all the same, and it is asked for again. */
static void on_list_done(int r, long status, const struct error *e, void *arg)
{
	struct watching *w = arg;
	bool whole = w->dialect->lister->is_whole(&w->list);

	(void)status;
	w->list_transfer = NULL;
	w->list_paused = false;
	w->list_failed = r < 0 || !whole;
	if (!w->list_failed)
		return;
	w->list_at = clock_ms() + LIST_AGAIN_MS;
	note(NOTE_WARNING, "cannot list %s's containers: %s", w->at.engine->title,
	     r < 0 ? e->text : "the list is not whole");
}

/* Asks for the list of what runs. Returns 0 or -ENOMEM. */
static int send_list(struct watching *w, struct error *e)
{
	const struct engine_request request = { .what = w->dialect->lister->what,
						.only_ok = true,
						.silence_ms = ENGINE_LIST_SILENCE_MS,
						.data = on_list,
						.done = on_list_done,
						.arg = w };

	w->list_wanted = w->list_paused = w->list_failed = false;
	w->listing = true;
	memset(&w->list, 0, sizeof(w->list));
	return engine_begin(w->at.session, &request, &w->list_transfer, e);
}

/* The stream is open, and keeps what happens from now on: what runs already is asked for. */
static void on_opened(void *arg)
{
	struct watching *w = arg;

	w->list_wanted = true;
}

/* Follows an end or another name. */
static void on_change(struct watching *w, const struct engine_event *event)
{
	const struct engine_inspect *sent = engine_queue_outdate(&w->at.queue, event->id);
	struct instance instance = { .pid = 0 };

	snprintf(instance.ident.runtime, sizeof(instance.ident.runtime), "%s", w->at.engine->name);
	snprintf(instance.id, sizeof(instance.id), "%s", event->id);
	snprintf(instance.ident.name, sizeof(instance.ident.name), "%s", event->name);
	if (event->what == ENGINE_EVENT_END) {
		w->at.heard(RUNTIME_GONE, &instance, NULL, event->why, w->at.arg);
		return;
	}
	w->at.heard(RUNTIME_RENAMED, &instance, *event->old_name ? event->old_name : NULL,
		    event->why, w->at.arg);
	/* the answer that is under way may tell the old name */
	if (sent)
		look_at(w, event->id, event->name, sent->why, sent->event_ns, sent->listed);
}

static void on_event(const char *line, size_t len, void *arg)
{
	struct watching *w = arg;
	struct engine_event event;

	if (w->over)
		return;
	w->dialect->read_event(line, len, &event);
	switch (event.what) {
	case ENGINE_EVENT_NONE:
		return;
	case ENGINE_EVENT_ANY:
		on_opened(w);
		return;
	case ENGINE_EVENT_LOOK:
		look_at(w, event.id, event.name, event.why, event.event_ns, false);
		return;
	default:
		on_change(w, &event);
	}
}

static enum engine_take on_stream(const char *data, size_t len, void *arg)
{
	struct watching *w = arg;

	return w->dialect->stream(w, data, len) ? ENGINE_BROKEN : ENGINE_TAKEN;
}

static int read_lines(struct watching *w, const char *data, size_t len)
{
	engine_lines_read(&w->lines, data, len, on_event, w);
	return 0;
}

static int read_frames(struct watching *w, const char *data, size_t len)
{
	struct error none = { .status = STATUS_DONE };
	int r = engine_frames_read(&w->frames, data, len, on_event, w);

	/* it says so, and means the end of the connection */
	if (r > 0)
		fail(w, 0, &none);
	return r < 0 ? r : 0;
}

static const struct dialect dockers = {
	.events = DOCKER_EVENTS,
	.lister = &docker_lister,
	.can_exist = docker_can_exist,
	.look_send = docker_look_send,
	.read_event = docker_event_read,
	.stream = read_lines,
};

static const struct dialect incuses = {
	.events = INCUS_EVENTS,
	.lister = &incus_lister,
	.can_exist = incus_can_exist,
	.look_send = incus_look_send,
	.read_event = incus_event_read,
	.stream = read_frames,
};

static void on_stream_done(int r, long status, const struct error *e, void *arg)
{
	(void)status;
	fail(arg, r, e);
}

/* Asks for the stream of events. Returns 0 or -errno. */
static int open_stream(struct watching *w, const struct runtime_guard *guard, struct error *e)
{
	const struct engine_request request = { .what = w->dialect->events,
						.only_ok = true,
						.endless = true,
						.begun = on_opened,
						.data = on_stream,
						.done = on_stream_done,
						.arg = w };
	int r = engine_session_new(w->at.engine, guard->relay, &w->at.session, e);

	if (r < 0)
		return r;
	w->text = malloc(EVENT_MAX + 1);
	w->lines.most = w->frames.most = EVENT_MAX;
	w->lines.text = w->frames.text = w->text;
	if (!w->text)
		return error_sys(e, -ENOMEM, "cannot follow %s", w->at.engine->title);
	r = engine_begin(w->at.session, &request, NULL, e);
	if (r < 0 || !guard->opened)
		return r;
	r = guard->opened();
	return r < 0 ? error_sys(e, r, "cannot give up system calls") : 0;
}

/* Goes on with the list: reads more, ends it, or begins it. Returns 0 or -ENOMEM. */
static int go_on_listing(struct watching *w, struct error *e)
{
	if (w->list_paused && !is_ahead(w)) {
		w->list_paused = false;
		engine_resume(w->list_transfer);
	}
	if (w->listing && !w->list_transfer && w->at.queue.listed == 0) {
		w->listing = false;
		if (!w->list_failed) {
			w->at.heard(RUNTIME_LISTED, NULL, NULL, "listed", w->at.arg);
			library_rest();
		}
	}
	if (w->listing || (w->list_failed ? clock_ms() < w->list_at : !w->list_wanted))
		return 0;
	return send_list(w, e);
}

/* How long nothing need be done if nothing comes, in milliseconds; -1: for ever. */
static long time_to_list(const struct watching *w)
{
	int64_t left = w->list_at - clock_ms();

	if (w->listing || !w->list_failed)
		return -1;
	return left > 0 ? left : 0;
}

int runtime_watch(const struct config_engine *engine, const struct runtime_guard *guard,
		  runtime_heard heard,
		  void (*refused)(const char *name, const struct error *e, void *arg), void *arg,
		  struct error *e)
{
	CLEANUP(watching_release)
	struct watching w = {
		.at = { .engine = engine, .heard = heard, .refused = refused, .arg = arg },
		.dialect = engine->which == ENGINE_INCUS ? &incuses : &dockers,
	};
	int r = open_stream(&w, guard, e);

	while (r == 0 && !w.over) {
		struct engine_inspect *i;

		r = go_on_listing(&w, e);
		while (r == 0 && (i = engine_queue_next(&w.at.queue)))
			r = w.dialect->look_send(&w.at, i, e);
		if (r == 0 && !w.over)
			r = engine_turn(w.at.session, time_to_list(&w), e);
	}
	if (r == 0 && w.result < 0)
		*e = w.error;
	return r < 0 ? r : w.result;
}
