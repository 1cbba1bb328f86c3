/* The table of Incus: instances, asked for one by one. watch.c hears of them. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/ask.h"
#include "runtime/each.h"
#include "runtime/engines.h"
#include "runtime/incus_instance.h"
#include "runtime/incus_list.h"

static int incus_find(const struct runtime *self, const char *name, const struct runtime_options *o,
		      struct instance *ret, struct error *e)
{
	const struct config_engine *engine = &o->engines[self->engine];
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 }, state = { 0 };
	struct instance instance = { .pid = 0 };
	long status = 0;
	int r;

	if (!incus_can_exist(name))
		return error_set(
			e, STATUS_NO_CONTAINER, -ENOENT,
			"no Incus instance '%.80s': it is NAME, or PROJECT_NAME in a project "
			"that is not the default",
			name);
	r = engine_can_ask(o->engines, self->engine, e);
	if (r == 0)
		r = engine_get(engine, INCUS_INSTANCE, name, &answer, &status, e);
	if (r == 0)
		r = incus_instance_read(engine, name, status, &answer, &instance, e);
	if (r == -ESRCH || r == -ENODEV)
		ret->ident = instance.ident;
	if (r == 0)
		r = engine_get(engine, INCUS_STATE, name, &state, &status, e);
	if (r == 0)
		r = incus_state_read(engine, status, &state, &instance, e);
	if (r == 0)
		*ret = instance;
	return r;
}

static int incus_each_running(const struct runtime *self, const struct runtime_options *o,
			      int (*each)(const struct instance *i, void *arg), void *arg,
			      struct error *e)
{
	struct incus_list list = { .depth = 0 };

	return runtime_each(self, o, &incus_lister, &list, each, arg, e);
}

const struct runtime runtime_incus = {
	.name = "incus",
	.tells = true,
	.engine = ENGINE_INCUS,
	.find = incus_find,
	.each_running = incus_each_running,
};
