/* status: how the service, the engines and the pools are, and what went wrong last. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names/made.h"
#include "names/untold.h"
#include "ops/verbs.h"
#include "runtime/engines.h"
#include "world/look.h"

/* Whether a service runs; only who may write in the store can tell. */
static int look_for_service(struct context *c)
{
	_close_ int lock = -1;
	struct error ignored;
	int r = c->store->ops->lock(c->store, LOCK_SERVICE, NULL, true, 0, &lock, &ignored);

	if (r == -EBUSY)
		return SERVICE_RUNS;
	return r == 0 || r == -ENOENT ? SERVICE_RUNS_NOT : SERVICE_UNKNOWN;
}

static int on_running(const struct instance *i, void *arg)
{
	(void)i;
	(*(unsigned int *)arg)++;
	return 0;
}

/* Asks one engine what runs. */
static void ask(const struct context *c, const struct runtime *runtime, struct overview_engine *ret)
{
	const struct runtime_options o = { .engines = c->config->engines };
	struct error e;
	int r;

	*ret = (struct overview_engine){
		.name = runtime->name,
		.asked = !runtime->tells || config_serves(c->config->engines, runtime->engine),
	};
	if (!ret->asked)
		return;
	r = runtime->each_running(runtime, &o, on_running, &ret->running, &e);
	if (r < 0)
		snprintf(ret->trouble, sizeof(ret->trouble), "%.255s", e.text);
}

/* Takes a problem among the newest. */
static void add_problem(struct overview *o, const struct listing *l)
{
	size_t at = o->problem_count < OVERVIEW_PROBLEMS ? o->problem_count : OVERVIEW_PROBLEMS;

	o->problem_count++;
	while (at > 0 && o->problems[at - 1].since < l->since) {
		if (at < OVERVIEW_PROBLEMS)
			o->problems[at] = o->problems[at - 1];
		at--;
	}
	if (at < OVERVIEW_PROBLEMS)
		o->problems[at] = *l;
}

static int on_listing(const struct listing *l, void *arg)
{
	struct overview *o = arg;

	o->states[l->state]++;
	o->doubtful += *l->warning != '\0';
	for (size_t i = 0; i < o->engine_count; i++)
		if (l->state == LIST_ATTACHED && strcmp(l->ident.runtime, o->engines[i].name) == 0)
			o->engines[i].attached++;
	/* one that is stopped has been seen to */
	if (l->state != LIST_DETACHED && (*l->error || *l->warning))
		add_problem(o, l);
	return 0;
}

/* Counts how full each pool is. Returns 0 or -errno. */
static int count_pools(struct context *c, struct overview *o, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	int r = look_read_store(&look, e);

	if (r < 0)
		return r;
	o->pools = calloc(c->pools->count + 1, sizeof(*o->pools));
	if (!o->pools)
		return error_sys(e, -ENOMEM, "cannot count the leases");
	for (size_t i = 0; i < c->pools->count; i++)
		o->pools[i] = usage_of(c, &look, &c->pools->list[i]);
	return 0;
}

/* Looks whether the service could make the files of the configuration, which it does at once. */
static void look_at_made(const struct config *c, struct overview *o)
{
	struct error e;

	if (made_look("hosts", c->hosts, &e) < 0)
		memcpy(o->made[0], e.text, sizeof(e.text));
	if (made_look("metrics", c->metrics, &e) < 0)
		memcpy(o->made[1], e.text, sizeof(e.text));
}

int op_status(struct context *c, struct overview *ret, struct error *e)
{
	CLEANUP(overview_release) struct overview o = { .service = look_for_service(c) };
	struct error ignored;
	int r;

	for (size_t i = 0; runtimes[i] && o.engine_count < OVERVIEW_ENGINES; i++)
		if (runtimes[i]->find)
			ask(c, runtimes[i], &o.engines[o.engine_count++]);
	r = op_list(c, on_listing, &o, e);
	if (r == 0)
		r = count_pools(c, &o, e);
	o.untold = c->config->on_change.user ? untold_count(c, &ignored) : 0;
	if (r < 0)
		return r;
	if (o.service == SERVICE_RUNS)
		look_at_made(c->config, &o);
	*ret = o;
	o.pools = NULL;
	return 0;
}
