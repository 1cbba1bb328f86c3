/*
 * A container that its engine is starting, or has started, of which nothing has been heard:
 * attached.
 *
 * Theory of operation: whoever asks is in the way of the start, so the engine cannot say yet that
 * the container runs, and an inspect would wait for that. What it says of one that it knows
 * is found out by inquiry.c; the first process is known from the kernel. All else is as if the
 * service had heard of it (served.c), which it does a moment later, and finds nothing to be done
 * but what the engine did not say before.
 */
#include "watch/starting.h"

#include <errno.h>
#include <stdio.h>

#include "ops/verbs.h"
#include "watch/inquiry.h"
#include "watch/served.h"

/* Whose container it is, of those that are served. */
static const struct config_engine *engine_of(const struct context *c, const struct starting *s)
{
	const struct config_engine *engines = c->config->engines;
	const enum engine which =
		s->podman && engines[ENGINE_PODMAN].socket ? ENGINE_PODMAN : ENGINE_DOCKER;

	return config_serves(engines, which) ? &engines[which] : NULL;
}

/* Whether the process is in the namespace. Returns 0 or -errno. */
static int check_netns(pid_t pid, const struct netns *netns, struct error *e)
{
	_netns_ struct netns of_pid = NETNS_NONE;
	int r = netns_pin_pid(pid, &of_pid, e);

	if (r == 0 && (of_pid.dev != netns->dev || of_pid.inode != netns->inode))
		r = error_set(e, STATUS_FAILED, -EPERM,
			      "process %d is on another network than its container", (int)pid);
	return r;
}

int starting_attach(struct context *c, const struct starting *s, struct listing *ret,
		    bool *ret_told, struct error *e)
{
	const struct config_engine *engine = engine_of(c, s);
	char container[SERVED_NAME_MAX];
	struct record record;
	bool starts;
	int r;

	if (!engine)
		return error_set(e, STATUS_FAILED, -EPERM, "the configuration does not serve %s",
				 s->podman ? "Podman" : "Docker");
	r = inquire(engine, s->id, s->first, &record, &starts, e);
	if (r == 0)
		r = check_netns(record.pid, s->netns, e);
	if (r < 0)
		return r;
	record.engine = engine->which;
	snprintf(record.why, sizeof(record.why), "%s", s->why);
	snprintf(container, sizeof(container), "%s:%s", engine->name, record.name);
	*ret_told = true;
	return served_attach(c, &record, starts, ret, container, e);
}
