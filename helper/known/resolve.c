/* From CONTAINER on the command line to a running instance, or to the holder of a lease. */
#include "known/resolve.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/note.h"
#include "runtime/engines.h"

#define ENGINE_NAMES "lxc, docker, podman, incus, cni or netns"

/* Reads name, --runtime and --lxcpath. ret->runtime is "" if none says which engine. */
static int read_ident(const struct request *q, struct ident *ret, struct error *e)
{
	struct ident id;
	int r = ident_parse(q->container, runtime_names, &id, e);

	if (r < 0)
		return r;
	if (q->runtime && *id.runtime && strcmp(q->runtime, id.runtime) != 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "'%s' and --runtime %s contradict",
				 q->container, q->runtime);
	if (q->runtime && !runtime_by_name(q->runtime))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "--runtime '%.40s' is unknown: write " ENGINE_NAMES, q->runtime);
	if (q->runtime)
		snprintf(id.runtime, sizeof(id.runtime), "%s", q->runtime);
	if (q->lxcpath && !*id.runtime)
		snprintf(id.runtime, sizeof(id.runtime), "lxc");
	if (q->lxcpath && strcmp(id.runtime, "lxc") != 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "--lxcpath is for LXC containers");
	if (id.owner && strcmp(id.runtime, "lxc") != 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "users have LXC containers only");
	r = runtime_lxc_path(q->lxcpath, id.owner, id.path, sizeof(id.path), e);
	if (r == 0)
		*ret = id;
	return r;
}

int resolve_own_name(const struct ident *id, struct error *e)
{
	if (strcmp(id->runtime, "netns") != 0 || !strchr(id->name, ':'))
		return 0;
	return error_set(e, STATUS_USAGE, -EINVAL,
			 "container name '%.80s' holds a ':': after netns: any name without one "
			 "will do",
			 id->name);
}

/* What several engines say, one after the other. */
struct said {
	size_t count;
	char text[ERROR_TEXT_MAX];
};

__attribute__((format(printf, 2, 3))) static void add(struct said *s, const char *fmt, ...)
{
	size_t used = strlen(s->text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(s->text + used, sizeof(s->text) - used, fmt, args);
	va_end(args);
	s->count++;
}

/* Has one more engine of those that have something of that name. */
static void add_holder(struct said *s, const char *runtime, const char *name)
{
	add(s, "%s%s:%s", s->count ? " or " : "", runtime, name);
}

/* Has why one more engine is none of them. */
static void add_other(struct said *s, const char *why)
{
	add(s, "%s%s", s->count ? ", and " : "", why);
}

/* Returns 0, or -EEXIST if several have. */
static int check_one(const struct said *holders, const char *name, struct error *e)
{
	if (holders->count < 2)
		return 0;
	return error_set(e, STATUS_USAGE, -EEXIST,
			 "more than one engine has a container '%s': say %s", name, holders->text);
}

/* What to add where nobody knows a container: an engine whose socket is there and not asked. */
static void add_hint(const struct runtime_options *o, enum engine which, const char *socket,
		     char *text, size_t size)
{
	const struct config_engine *engine = &o->engines[which];
	const size_t used = strlen(text);

	if (!engine->socket && strcmp(o->engines[ENGINE_DOCKER].socket, socket) != 0 &&
	    access(socket, F_OK) == 0)
		snprintf(text + used, size - used,
			 "; if it is %s's, add \"%s\": {} to the configuration", engine->title,
			 engine->name);
}

/*
 * Nobody knows the name. @r: -ENOENT, or another if one that cannot be asked may; @asked: what came
 * of asking each. Returns r.
 */
static int unknown(const struct runtime_options *o, const char *name, int r, const char *asked,
		   struct error *e)
{
	char hint[160] = "", none[128] = "";
	const char *colon = strchr(name, ':');

	if (colon)
		snprintf(none, sizeof(none), "'%.*s' is no engine (write " ENGINE_NAMES "); ",
			 colon - name > 40 ? 40 : (int)(colon - name), name);
	add_hint(o, ENGINE_PODMAN, CONFIG_PODMAN_SOCKET, hint, sizeof(hint));
	add_hint(o, ENGINE_INCUS, CONFIG_INCUS_SOCKET, hint, sizeof(hint));
	return error_set(e, r == -ENOENT ? STATUS_NO_CONTAINER : STATUS_FAILED, r,
			 "%s container '%s': %s%s%s", r == -ENOENT ? "no" : "there may be a", name,
			 none, asked, hint);
}

/*
 * Asks every engine for the name. One that does not answer has no containers.
 * Returns the result of the one that knows it, with what it filled in; -ENOENT if none does;
 * -ETIMEDOUT, -ELIBACC or -ENOTSOCK if one may that cannot be asked; -EEXIST if several do.
 */
static int ask_all(const struct runtime_options *o, const char *name, struct instance *ret,
		   struct error *e)
{
	struct said holders = { 0 }, others = { 0 }, mute = { 0 };
	int result = -ENOENT, unknown_as = -ENOENT;

	for (size_t i = 0; runtimes[i]; i++) {
		const struct runtime *runtime = runtimes[i];
		const struct config_engine *engine = &o->engines[runtime->engine];
		struct instance instance = { .pid = 0 };
		struct error error = { 0 };
		int r;

		if (!runtime->find ||
		    (runtime->tells && !config_serves(o->engines, runtime->engine)))
			continue;
		r = runtime->find(runtime, name, o, &instance, &error);
		switch (r) {
		case -ETIMEDOUT:
		case -ELIBACC:
		case -ENOTSOCK:
			add_other(&mute, error.text);
			add_other(&others, error.text);
			unknown_as = r;
			break;
		case -EHOSTDOWN:
			if (config_misses(o->engines, runtime->engine))
				add_other(&others, error.text);
			break;
		case -ENOENT:
			if (runtime->tells)
				snprintf(error.text, sizeof(error.text), "%s (%s) does not",
					 engine->title, engine->socket);
			add_other(&others, runtime->tells ? error.text : "LXC does not know it");
			break;
		default:
			add_holder(&holders, runtime->name, name);
			result = r;
			*e = error;
			*ret = instance;
		}
	}
	if (holders.count == 0)
		return unknown(o, name, unknown_as, others.text, e);
	if (holders.count == 1 && mute.count)
		note(NOTE_WARNING, "%s: it may have a '%s', too", mute.text, name);
	return check_one(&holders, name, e) < 0 ? -EEXIST : result;
}

int resolve_instance(const struct context *c, const struct request *q, struct instance *ret,
		     struct error *e)
{
	struct runtime_options o = { .lxcpath = q->lxcpath, .engines = c->config->engines };
	const struct runtime *runtime;
	struct instance instance = { .pid = q->pid };
	int r = read_ident(q, &instance.ident, e);

	/* one that is there already goes on */
	if (r == 0 && !q->expected)
		r = resolve_own_name(&instance.ident, e);
	if (r < 0)
		return r;
	o.owner = instance.ident.owner;
	if (!q->pid && !q->netns) {
		if (!*instance.ident.runtime)
			return ask_all(&o, instance.ident.name, ret, e);
		runtime = runtime_by_name(instance.ident.runtime);
		if (!runtime->find)
			return error_set(e, STATUS_NO_CONTAINER, -EOPNOTSUPP,
					 "no engine can be asked where it is: say so with --netns "
					 "FILE or --pid PID");
		return runtime->find(runtime, instance.ident.name, &o, ret, e);
	}
	if (!*instance.ident.runtime)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "with --pid or --netns say whose lease it is: lxc:%s, docker:%s, "
				 "podman:%s, incus:%s, or netns:%s where no engine tells of it",
				 q->container, q->container, q->container, q->container,
				 q->container);
	*ret = instance;
	return 0;
}

/* Whether one engine's container of this name has a record: list shows it, the engine may not. */
static bool recorded(const struct context *c, const struct ident *id, struct ident *ret)
{
	char text[IDENT_TEXT_MAX];
	struct attachment ignored;
	struct error e;
	int found = 0;

	for (size_t i = 0; runtime_names[i]; i++) {
		struct ident candidate = *id;

		snprintf(candidate.runtime, sizeof(candidate.runtime), "%s", runtime_names[i]);
		if (c->store->ops->attachment(c->store, ident_text(&candidate, text), &ignored,
					      &e) != 1)
			continue;
		found++;
		*ret = candidate;
	}
	return found == 1;
}

int resolve_holder(const struct context *c, const struct request *q, bool must_exist,
		   struct ident *ret, struct error *e)
{
	const struct runtime_options o = { .lxcpath = q->lxcpath, .engines = c->config->engines };
	struct said holders = { 0 };
	struct ident id, holder = { 0 };
	struct instance instance;
	struct lease lease;
	int r = read_ident(q, &id, e);

	if (r < 0)
		return r;
	if (*id.runtime && !must_exist) {
		*ret = id;
		return 0;
	}
	for (size_t i = 0; runtime_names[i]; i++) {
		char text[IDENT_TEXT_MAX];
		struct ident candidate = id;

		if (*id.runtime && strcmp(id.runtime, runtime_names[i]) != 0)
			continue;
		snprintf(candidate.runtime, sizeof(candidate.runtime), "%s", runtime_names[i]);
		r = c->store->ops->present(c->store, ident_text(&candidate, text), &lease, e);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		add_holder(&holders, candidate.runtime, id.name);
		holder = candidate;
	}
	r = check_one(&holders, id.name, e);
	if (r < 0)
		return r;
	if (holders.count) {
		*ret = holder;
		return 0;
	}
	if (!*id.runtime && recorded(c, &id, ret))
		return 0;
	if (*id.runtime)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "%s:%s holds no lease",
				 id.runtime, id.name);
	r = ask_all(&o, id.name, &instance, e);
	/* a container that is stopped or has no port can hold a lease all the same */
	if (r < 0 && r != -ESRCH && r != -ENODEV)
		return r;
	*ret = instance.ident;
	return 0;
}
