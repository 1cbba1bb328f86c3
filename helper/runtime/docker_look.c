/* Single containers of Docker's, inspected beside each other, and what is told of each. */
#include "runtime/docker_look.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/note.h"
#include "engine/ask.h"
#include "runtime/docker_container.h"

/* One inspect under way. */
struct asking {
	struct runtime_looking *w;
	struct engine_inspect *inspect;
	struct engine_answer answer;
	enum engine_what what;	   /* what is asked for now: the container, its image, a network */
	struct docker_container c; /* if it is not the container */
};

/*
 * What is told as the reason: Docker connects a container to its networks before it starts it, and
 * disconnects it after its end, of which nothing else may have been seen when it is started again.
 */
static const char *why_of(const struct engine_inspect *i, const struct docker_container *c)
{
	if (i->event_ns && i->event_ns < c->started_ns && strcmp(i->why, ENGINE_LISTED) != 0)
		return "start";
	return i->why;
}

/* Tells what is known of a container that is to be served, or why it is left alone. */
static void tell_container(struct asking *a)
{
	struct docker_container *c = &a->c;
	struct runtime_looking *w = a->w;
	struct error e;

	if (c->instance.enable != WISH_NO && docker_container_settle(c, false, &e) < 0)
		w->refused(c->instance.ident.name, &e, w->arg);
	else
		w->heard(RUNTIME_RUNNING, &c->instance, NULL, why_of(a->inspect, c), w->arg);
}

/*
 * Tells of one that the engine does not answer for: Docker holds a container's lock while it starts
 * it, for which an inspect waits. Its start is an event, after which it is asked for again.
 */
static void tell_silent(const struct config_engine *engine, const struct engine_inspect *i)
{
	note(NOTE_WARNING,
	     "%s:%.*s: %s does not say yet what it is, it may still be starting it: it is "
	     "attached when %s tells",
	     /* an ID is cut as Docker cuts it */
	     engine->name, strcmp(i->name, i->id) == 0 ? 12 : 80, i->name, engine->title,
	     engine->title);
}

/* What is to be asked for next of a container that was read; null if all is known. */
static const char *next_question(struct asking *a)
{
	const struct docker_container *c = &a->c;
	const char *network;

	if (c->wishes_any) {
		a->what = DOCKER_IMAGE;
		return c->image;
	}
	network = c->instance.enable == WISH_NO ? NULL : docker_container_ask(c);
	a->what = DOCKER_SUBNET;
	return network;
}

/* What became of an answer. */
enum taken {
	TAKEN_DONE,
	TAKEN_AGAIN, /* the inspect is to be sent again: it is another's now */
	TAKEN_ASK,   /* next_question tells what else there is to ask, if anything */
};

/* Takes an answer. @r: 0 with it, or why there is none, in e */
static enum taken take_answer(struct asking *a, int r, long status, struct error *e)
{
	struct engine_inspect *i = a->inspect;
	struct runtime_looking *w = a->w;
	struct docker_container *c = &a->c;

	if (i->outdated)
		return TAKEN_DONE;
	if (i->owner) {
		docker_container_shared(i->id, r == 0 && status == 200 ? &a->answer : NULL, e);
		w->refused(i->name, e, w->arg);
		return TAKEN_DONE;
	}
	if (a->what == DOCKER_IMAGE)
		docker_container_grant(c, r, status, &a->answer);
	else if (a->what == DOCKER_SUBNET)
		docker_container_answer(c, r, status, &a->answer);
	else if (r == 0)
		r = docker_container_read(w->engine, i->id, status, &a->answer, c, e);
	if (a->what != DOCKER_CONTAINER || r == 0)
		return TAKEN_ASK;
	if (r == -ENODEV && *c->shares) {
		engine_queue_ask_owner(&w->queue, i, c->shares, c->instance.ident.name);
		return TAKEN_AGAIN;
	}
	if (r == -ETIMEDOUT)
		tell_silent(w->engine, i);
	else if (r != -ENOENT && r != -ESRCH && r != -EHOSTDOWN)
		w->refused(*c->instance.ident.name ? c->instance.ident.name : i->name, e, w->arg);
	return TAKEN_DONE;
}

static enum engine_take on_answer(const char *data, size_t len, void *arg)
{
	struct asking *a = arg;

	return engine_answer_add(data, len, &a->answer);
}

static void on_inspected(int r, long status, const struct error *e, void *arg);

/* Asks for a container or an image. Returns 0 or -errno. */
static int ask(struct asking *a, enum engine_what what, const char *which, struct error *e)
{
	const struct engine_request request = { .what = what,
						.which = which,
						.timeout_ms = ENGINE_ANSWER_MS,
						.data = on_answer,
						.done = on_inspected,
						.arg = a };

	return engine_begin(a->w->session, &request, NULL, e);
}

static void on_inspected(int r, long status, const struct error *e, void *arg)
{
	struct asking *a = arg;
	struct error error = *e;
	enum taken taken = take_answer(a, r, status, &error);

	engine_answer_release(&a->answer);
	while (taken == TAKEN_ASK) {
		const char *which = next_question(a);

		a->answer = (struct engine_answer){ 0 };
		if (which && ask(a, a->what, which, &error) == 0)
			return;
		if (which) {
			taken = take_answer(a, -EIO, 0, &error);
		} else {
			tell_container(a);
			taken = TAKEN_DONE;
		}
	}
	if (taken == TAKEN_DONE)
		engine_queue_remove(&a->w->queue, a->inspect);
	free(a);
}

int docker_look_send(struct runtime_looking *w, struct engine_inspect *i, struct error *e)
{
	_free_ struct asking *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return error_sys(e, -ENOMEM, "cannot inspect a container");
	a->w = w;
	a->inspect = i;
	a->what = DOCKER_CONTAINER;
	r = ask(a, DOCKER_CONTAINER, i->id, e);
	if (r == 0)
		(void)steal_ptr(&a);
	return r;
}
