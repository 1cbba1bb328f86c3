/*
 * Single instances of Incus's, looked at beside each other, and what is told of each.
 *
 * Theory of operation: first what the instance is, then which process it has. Whatever was told of
 * it by the stream, what it is when it is asked for counts: one that runs is told to run, one that
 * does not to have ended, or to have another name if that is why it was looked at.
 */
#include "runtime/incus_look.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/incus_event.h"
#include "runtime/incus_instance.h"

/* One look under way. */
struct asking {
	struct runtime_looking *w;
	struct engine_inspect *inspect;
	struct engine_answer answer;
	enum engine_what what; /* what is asked for now: the instance, its state */
	struct instance instance;
};

/* Tells of one that does not run. */
static void tell_stopped(const struct asking *a)
{
	const struct runtime_looking *w = a->w;
	const char *why = a->inspect->why;

	/* which is no news of one that was listed */
	if (strcmp(why, ENGINE_LISTED) == 0)
		return;
	w->heard(strcmp(why, INCUS_RENAME) == 0 ? RUNTIME_RENAMED : RUNTIME_GONE, &a->instance,
		 NULL, why, w->arg);
}

/* Takes an answer. @r: 0 with it, or why there is none, in e. Returns whether the state is to be
 * asked for. */
static bool take_answer(struct asking *a, int r, long status, struct error *e)
{
	const struct runtime_looking *w = a->w;

	if (a->inspect->outdated)
		return false;
	if (r == 0)
		r = a->what == INCUS_INSTANCE
			    ? incus_instance_read(w->engine, a->inspect->id, status, &a->answer,
						  &a->instance, e)
			    : incus_state_read(w->engine, status, &a->answer, &a->instance, e);
	if (r == 0 && a->what == INCUS_INSTANCE)
		return a->instance.enable != WISH_NO;
	if (r == 0)
		w->heard(RUNTIME_RUNNING, &a->instance, NULL, a->inspect->why, w->arg);
	else if (r == -ESRCH)
		tell_stopped(a);
	else if (r != -ENOENT && r != -EHOSTDOWN)
		w->refused(a->inspect->name, e, w->arg);
	return false;
}

static enum engine_take on_answer(const char *data, size_t len, void *arg)
{
	struct asking *a = arg;

	return engine_answer_add(data, len, &a->answer);
}

static void on_answered(int r, long status, const struct error *e, void *arg);

/* Asks for the instance or its state. Returns 0 or -errno. */
static int ask(struct asking *a, enum engine_what what, struct error *e)
{
	const struct engine_request request = { .what = what,
						.which = a->inspect->id,
						.timeout_ms = ENGINE_ANSWER_MS,
						.data = on_answer,
						.done = on_answered,
						.arg = a };

	a->what = what;
	return engine_begin(a->w->session, &request, NULL, e);
}

static void on_answered(int r, long status, const struct error *e, void *arg)
{
	struct asking *a = arg;
	struct error error = *e;
	bool more = take_answer(a, r, status, &error);

	engine_answer_release(&a->answer);
	a->answer = (struct engine_answer){ 0 };
	if (more && ask(a, INCUS_STATE, &error) == 0)
		return;
	if (more)
		a->w->refused(a->inspect->name, &error, a->w->arg);
	engine_queue_remove(&a->w->queue, a->inspect);
	free(a);
}

int incus_look_send(struct runtime_looking *w, struct engine_inspect *i, struct error *e)
{
	_free_ struct asking *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return error_sys(e, -ENOMEM, "cannot look at an instance");
	a->w = w;
	a->inspect = i;
	r = ask(a, INCUS_INSTANCE, e);
	if (r == 0)
		(void)steal_ptr(&a);
	return r;
}
