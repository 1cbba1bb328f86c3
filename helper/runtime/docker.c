/* The tables of Docker and Podman: containers, asked for one by one. watch.c hears of them. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "engine/ask.h"
#include "runtime/docker_container.h"
#include "runtime/docker_list.h"
#include "runtime/each.h"
#include "runtime/engines.h"

/* For `--network container:ID`: says whose network it is. Returns -ENODEV. */
static int refuse_sharing(const char *owner, const struct config_engine *engine, struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	struct error ignored;
	long status = 0;
	int r = engine_get(engine, DOCKER_CONTAINER, owner, &answer, &status, &ignored);

	return docker_container_shared(owner, r == 0 && status == 200 ? &answer : NULL, e);
}

/* engine_getter, of a struct config_engine. */
static int get(enum engine_what what, const char *which, struct engine_answer *ret,
	       long *ret_status, void *arg)
{
	struct error ignored;

	return engine_get(arg, what, which, ret, ret_status, &ignored);
}

static int docker_find(const struct runtime *self, const char *name,
		       const struct runtime_options *o, struct instance *ret, struct error *e)
{
	const struct config_engine *engine = &o->engines[self->engine];
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	struct docker_container c = { .started_ns = 0 };
	long status = 0;
	int r;

	if (!docker_can_exist(name) || strlen(name) > IDENT_NAME_MAX)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no %s container '%s'",
				 engine->title, name);
	r = engine_can_ask(o->engines, self->engine, e);
	if (r == 0)
		r = engine_get(engine, DOCKER_CONTAINER, name, &answer, &status, e);
	if (r == 0)
		r = docker_container_read(engine, name, status, &answer, &c, e);
	if (r == 0)
		r = docker_container_complete(&c, true, get, (void *)engine, e);
	if (r == 0)
		*ret = c.instance;
	if (r == -ESRCH || r == -ENODEV)
		ret->ident = c.instance.ident;
	return r == -ENODEV && *c.shares ? refuse_sharing(c.shares, engine, e) : r;
}

static int docker_each_running(const struct runtime *self, const struct runtime_options *o,
			       int (*each)(const struct instance *i, void *arg), void *arg,
			       struct error *e)
{
	struct docker_list list = { 0 };

	return runtime_each(self, o, &docker_lister, &list, each, arg, e);
}

const struct runtime runtime_docker = {
	.name = "docker",
	.tells = true,
	.engine = ENGINE_DOCKER,
	.find = docker_find,
	.each_running = docker_each_running,
};

const struct runtime runtime_podman = {
	.name = "podman",
	.tells = true,
	.engine = ENGINE_PODMAN,
	.find = docker_find,
	.each_running = docker_each_running,
};
