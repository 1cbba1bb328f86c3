/* One request to an engine by itself, and answers kept whole. */
#include "engine/ask.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define ANSWER_MAX (4u * 1024 * 1024) /* bytes of one inspect; labels can make it large */

/* How a single request ended. */
struct ending {
	const struct engine_request *request;
	bool over;
	int r;
	long status;
	struct error *e;
};

static enum engine_take on_single_data(const char *data, size_t len, void *arg)
{
	const struct ending *ending = arg;

	return ending->request->data(data, len, ending->request->arg);
}

static void on_single_done(int r, long status, const struct error *e, void *arg)
{
	struct ending *ending = arg;

	ending->over = true;
	ending->r = r;
	ending->status = status;
	if (r < 0)
		*ending->e = *e;
}

int engine_can_ask(const struct config_engine *engines, enum engine which, struct error *e)
{
	const struct config_engine *engine = &engines[which];
	int there;

	if (!engine->socket)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN,
				 "%s is not served: add \"%s\": {} to the configuration",
				 engine->title, engine->name);
	there = config_look_at(engine->socket);
	if (there == -ENOTSOCK)
		return error_set(e, STATUS_FAILED, there,
				 "%s is no socket: the configuration must name %s's",
				 engine->socket, engine->title);
	/* connect(2) takes the right to write */
	if (geteuid() != 0 && access(engine->socket, W_OK) < 0 && errno == EACCES)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN,
				 "%s is not this user's to ask: only root is told", engine->socket);
	if (there < 0)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s does not answer on %s (%s)",
				 engine->title, engine->socket, engine->start);
	if (!config_serves(engines, which))
		return error_set(e, STATUS_FAILED, -EHOSTDOWN,
				 "%s is the socket of Podman, whose containers are podman:NAME",
				 engine->socket);
	return 0;
}

DEFINE_CLEANUP(struct engine_session *, cleanup_session, engine_session_free)

int engine_ask(const struct config_engine *engine, const struct engine_request *request,
	       long *ret_status, struct error *e)
{
	static struct error
		all_hang[ENGINES]; /* what a request before found; STATUS_DONE: nothing */
	struct error *hangs = &all_hang[engine->which];
	CLEANUP(cleanup_session) struct engine_session *s = NULL;
	struct engine_request own = *request;
	struct ending ending = { .request = request, .e = e };
	int r;

	/* one run waits once: it has other things to do, too */
	if (hangs->status != STATUS_DONE) {
		*e = *hangs;
		return -ETIMEDOUT;
	}
	r = engine_session_new(engine, 0, &s, e);

	own.begun = NULL;
	own.data = on_single_data;
	own.done = on_single_done;
	own.arg = &ending;
	if (r == 0)
		r = engine_begin(s, &own, NULL, e);
	while (r == 0 && !ending.over)
		r = engine_turn(s, -1, e);
	if (r == 0 && ending.r == 0)
		*ret_status = ending.status;
	if (r == 0 && ending.r == -ETIMEDOUT)
		*hangs = *e;
	return r < 0 ? r : ending.r;
}

enum engine_take engine_answer_add(const char *data, size_t len, void *arg)
{
	struct engine_answer *a = arg;
	char *larger;

	if (len > ANSWER_MAX - a->len)
		return ENGINE_TOO_LARGE;
	larger = realloc(a->text, a->len + len + 1);
	if (!larger)
		return ENGINE_TOO_LARGE;
	a->text = larger;
	memcpy(a->text + a->len, data, len);
	a->len += len;
	a->text[a->len] = '\0';
	return ENGINE_TAKEN;
}

/*
 * Makes the escape \\u0000 the replacement character: one in a label of somebody's must not make
 * the whole answer unreadable.
 */
static void replace_nul_escapes(char *text)
{
	for (; *text; text++) {
		if (*text != '\\' || !text[1])
			continue;
		if (strncmp(text, "\\u0000", 6) == 0)
			memcpy(text + 2, "fffd", 4);
		text++;
	}
}

int engine_answer_parse(struct engine_answer *a, json_t **ret, struct error *e)
{
	int r;

	if (a->text)
		replace_nul_escapes(a->text);
	r = json_parse(a->text ? a->text : "", a->len, ret, e);
	if (r == 0)
		return 0;
	e->status = STATUS_FAILED;
	return error_prefix(e, r, "the engine's answer");
}

int engine_get(const struct config_engine *engine, enum engine_what what, const char *which,
	       struct engine_answer *ret, long *ret_status, struct error *e)
{
	const struct engine_request request = { .what = what,
						.which = which,
						.timeout_ms = ENGINE_ANSWER_MS,
						.data = engine_answer_add,
						.arg = ret };

	return engine_ask(engine, &request, ret_status, e);
}
