/* All that an engine's list names, asked for one by one. */
#include "runtime/each.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "engine/ask.h"

#define NAMES_MOST 65536 /* there can be no more containers on a host */

/* A list, and the names that were read of it. */
struct listed {
	const struct engine_lister *lister;
	void *list;
	char (*names)[ENGINE_ID_MAX];
	size_t count;
	bool too_many;
};

static void listed_release(struct listed *l)
{
	free(l->names);
}

static void on_name(const char *name, void *arg)
{
	struct listed *l = arg;
	char one[ENGINE_ID_MAX] = "";

	strncpy(one, name, sizeof(one) - 1);
	l->too_many |=
		l->count == NAMES_MOST || list_add(&l->names, &l->count, one, sizeof(one)) < 0;
}

static enum engine_take on_list(const char *data, size_t len, void *arg)
{
	struct listed *l = arg;

	return l->lister->read(l->list, data, len, on_name, l) < 0 || l->too_many ? ENGINE_BROKEN
										  : ENGINE_TAKEN;
}

int runtime_each(const struct runtime *self, const struct runtime_options *o,
		 const struct engine_lister *lister, void *list,
		 int (*each)(const struct instance *i, void *arg), void *arg, struct error *e)
{
	const struct config_engine *engine = &o->engines[self->engine];
	CLEANUP(listed_release) struct listed l = { .lister = lister, .list = list };
	const struct engine_request request = { .what = lister->what,
						.only_ok = true,
						.silence_ms = ENGINE_ANSWER_MS,
						.data = on_list,
						.arg = &l };
	long status = 0;
	int r = engine_can_ask(o->engines, self->engine, e);

	if (r == 0)
		r = engine_ask(engine, &request, &status, e);
	if (r == 0 && !lister->is_whole(list))
		r = error_set(e, STATUS_FAILED, -EBADMSG, "%s's list of containers is broken",
			      engine->title);
	for (size_t i = 0; r == 0 && i < l.count; i++) {
		struct instance instance;
		struct error why;

		/* stopped meanwhile, or without a port: not to be served */
		r = self->find(self, l.names[i], o, &instance, &why);
		if (r == 0)
			r = each(&instance, arg);
		else if (r == -ETIMEDOUT)
			*e = why;
		else
			r = 0;
	}
	return r;
}
