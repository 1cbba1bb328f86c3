/* What Docker tells of a container that it is starting, for a process that must not connect to it.
 */
#include "runtime/docker_starting.h"

#include <errno.h>

#include "base/cleanup.h"
#include "runtime/docker_listed.h"

/* By what it is asked. */
struct asking {
	engine_getter get;
	void *arg;
};

/* Asks for the list with it, or for itself. Returns 0 or -errno, with a message. */
static int ask(const struct asking *a, enum engine_what what, const struct config_engine *engine,
	       const char *id, struct engine_answer *ret, long *ret_status, struct error *e)
{
	int r = a->get(what, id, ret, ret_status, a->arg);

	if (r == -ECONNREFUSED || r == -ENOENT)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN, "%s does not answer on %s (%s)",
				 engine->title, engine->socket, engine->start);
	return r < 0 ? error_sys(e, r, "cannot ask %s for a container", engine->title) : 0;
}

/* Asks for the networks that it is on. */
static void ask_networks(const struct asking *a, const char *id, struct docker_networks *n)
{
	const char *network;

	while ((network = docker_networks_untold(n))) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
		long status = 0;
		int r = a->get(DOCKER_ENDPOINTS, network, &answer, &status, a->arg);

		docker_networks_told(n, id, r, status, &answer);
	}
}

int docker_starting(const struct config_engine *engine, engine_getter get, void *arg,
		    const char *id, pid_t pid, const json_t *config, struct instance *ret,
		    bool *ret_starts, struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer listed = { 0 };
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	const struct asking a = { get, arg };
	struct docker_container c = { .started_ns = 0 };
	long status = 0;
	int r = ask(&a, DOCKER_CREATED, engine, id, &listed, &status, e);
	bool starts;

	if (r == 0)
		r = docker_listed(engine, id, pid, config, status, &listed, &c, e);
	starts = r != -EALREADY;
	if (r == 0 && !config)
		r = error_set(
			e, STATUS_FAILED, -EIO,
			"its config.json cannot be read: with which sysctls it was run is known "
			"when it runs");
	if (r == 0)
		ask_networks(&a, id, &c.networks);
	if (!starts)
		r = ask(&a, DOCKER_CONTAINER, engine, id, &answer, &status, e);
	if (!starts && r == 0)
		r = docker_container_read(engine, id, status, &answer, &c, e);
	if (r == 0)
		r = docker_container_complete(&c, false, get, arg, e);
	if (r < 0)
		return r;
	*ret = c.instance;
	*ret_starts = starts;
	return 0;
}
