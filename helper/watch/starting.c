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

#include <string.h>

#include "net/container.h"
#include "net/link.h"
#include "net/port.h"
#include "ops/verbs.h"
#include "watch/inquiry.h"
#include "watch/served.h"
#include "wire/nl.h"

/* Whose container it is, of those that are served. */
static const struct config_engine *engine_of(const struct context *c, bool podman)
{
	const struct config_engine *engines = c->config->engines;
	const enum engine which =
		podman && engines[ENGINE_PODMAN].socket ? ENGINE_PODMAN : ENGINE_DOCKER;

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

static int on_veth(const struct link *link, void *arg)
{
	(void)link;
	++*(int *)arg;
	return 0;
}

/*
 * The port of one of Podman's, which does not say before it runs on which networks it is and what
 * it has there. Returns 0; or -EAGAIN with a message if it matters.
 */
static int find_port(const struct netns *netns, struct port *ret, struct error *e)
{
	CLEANUP(cleanup_nl_sock) struct nl_sock *host = NULL;
	CLEANUP(cleanup_nl_sock) struct nl_sock *inner = NULL;
	struct container_has has;
	int count = 0, r = nl_open(&host, e);

	if (r == 0)
		r = netns_nl_open(netns, &inner, e);
	if (r == 0)
		r = port_find(host, inner, netns, NULL, ret, e);
	if (r < 0)
		return r;
	r = link_each_veth(inner, on_veth, &count);
	if (r < 0 || count > 1)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "it is on several networks: which is preferred is known when it "
				 "runs");
	r = container_look(inner, ret, &has, e);
	if (r == 0 && has.found_count)
		return error_set(
			e, STATUS_FAILED, -EAGAIN,
			"it has another global address: whose it is is known when it runs");
	return r;
}

/* Whether this very container was attached before: what its labels wish for was granted then. */
static bool was_attached(struct context *c, const char *container, const char *id)
{
	struct attachment a;
	struct error ignored;

	return c->store->ops->attachment(c->store, container, &a, &ignored) == 1 &&
	       strcmp(a.instance, id) == 0;
}

/* Makes of what one of Podman's labels wish for what was granted. Returns 0 or -EAGAIN. */
static int settle_wishes(struct context *c, struct record *r, const char *container,
			 struct error *e)
{
	if (!was_attached(c, container, r->id))
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "it has labels of v6hook's, which count when it runs");
	r->wish = WISH_YES;
	return 0;
}

/* What is to be asked about one of Podman's. Returns 0 or -errno. */
static int prepare_podman(const struct kept_process *kept, const struct netns *netns,
			  struct inquiry *i, struct port *port, struct error *e)
{
	int r = find_port(netns, port, e);

	if (r < 0)
		return r;
	/* one that somebody runs in there later is nobody's first process */
	if (!kept->is_init || !*kept->name)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "which its first process is is known when it runs");
	i->name = kept->name;
	i->bridge = port->via_name;
	return 0;
}

int starting_attach(struct context *c, const struct kept_process *kept, const struct netns *netns,
		    const char *why, struct listing *ret, bool *ret_told, struct error *e)
{
	const struct config_engine *engine = engine_of(c, kept->podman);
	struct inquiry i = { .id = kept->id, .first = kept->first, .bundle = kept->bundle };
	char container[SERVED_NAME_MAX];
	enum served how = SERVED_RUNS;
	enum inquired said;
	struct record record;
	struct port port;
	int r = 0;

	if (!engine)
		return error_set(e, STATUS_FAILED, -EPERM, "the configuration does not serve %s",
				 kept->podman ? "Podman" : "Docker");
	if (kept->podman)
		r = prepare_podman(kept, netns, &i, &port, e);
	if (r == 0)
		r = inquire(engine, &i, &record, &said, e);
	if (r == 0)
		r = check_netns(record.pid, netns, e);
	if (r < 0)
		return r;
	snprintf(container, sizeof(container), "%s:%s", engine->name, record.name);
	if (said == INQUIRED_UNSURE)
		r = settle_wishes(c, &record, container, e);
	if (r < 0)
		return r;
	if (said != INQUIRED_RUNS)
		how = kept->podman ? SERVED_KNOWN : SERVED_STARTS;
	/* conmon was told the name by Podman, and nobody else */
	if (kept->podman && strcmp(record.name, kept->name) != 0)
		return error_set(e, STATUS_FAILED, -EBADMSG, "%s tells another name",
				 engine->title);
	record.engine = engine->which;
	snprintf(record.why, sizeof(record.why), "%s", why);
	*ret_told = true;
	return served_attach(c, &record, how, ret, container, e);
}
