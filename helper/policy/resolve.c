/* From CONTAINER on the command line to a running instance, or to the holder of a lease. */
#include "policy/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/note.h"
#include "runtime/engines.h"

#define PODMAN_SOCKET "/run/podman/podman.sock" /* of its podman.socket */

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
				 "--runtime '%.40s' is unknown: write lxc or docker", q->runtime);
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

static int ambiguous(const char *name, struct error *e)
{
	return error_set(e, STATUS_USAGE, -EEXIST,
			 "both LXC and Docker have a container '%s': say lxc:%s or docker:%s", name,
			 name, name);
}

/* What to add where nobody knows a container: Podman's socket, if it is there and not asked. */
static const char *podman_hint(const struct runtime_options *o)
{
	return strcmp(o->docker_socket, PODMAN_SOCKET) != 0 && access(PODMAN_SOCKET, F_OK) == 0
		       ? "; if it is Podman's, set \"docker\": { \"socket\": \"" PODMAN_SOCKET
			 "\" } in the configuration"
		       : "";
}

/* Nobody knows the name. @down: why an engine was not asked, or ""; Returns the error. */
static int unknown(const struct runtime_options *o, const char *name, int r, const char *down,
		   struct error *e)
{
	if (r == -ETIMEDOUT)
		return error_set(e, STATUS_FAILED, r, "LXC does not know '%s', and %s%s", name,
				 down, podman_hint(o));
	if (*down)
		return error_set(e, STATUS_NO_CONTAINER, r,
				 "no container '%s': LXC does not know it, and Docker does not "
				 "answer on %s (systemctl start docker)%s",
				 name, o->docker_socket, podman_hint(o));
	return error_set(e, STATUS_NO_CONTAINER, r,
			 "no container '%s': neither LXC nor Docker (%s) knows it%s", name,
			 o->docker_socket, podman_hint(o));
}

/*
 * Asks every engine for the name. One that is not installed or does not answer has no containers.
 * Returns the result of the one that knows it, with what it filled in; -ENOENT if none does,
 * -ETIMEDOUT if one that hangs may; -EEXIST if several do.
 */
static int ask_all(const struct runtime_options *o, const char *name, struct instance *ret,
		   struct error *e)
{
	struct error down = { .text = "" };
	int result = -ENOENT, missing = -ENOENT;

	for (size_t i = 0; runtimes[i]; i++) {
		struct instance instance = { .pid = 0 };
		struct error error = { 0 };
		int r = runtimes[i]->find(name, o, &instance, &error);

		if (r == -ENOENT)
			continue;
		if (r == -EHOSTDOWN || r == -ETIMEDOUT) {
			down = error;
			missing = r == -ETIMEDOUT ? r : missing;
			continue;
		}
		if (result != -ENOENT)
			return ambiguous(name, e);
		result = r;
		*e = error;
		*ret = instance;
	}
	if (result == -ENOENT)
		return unknown(o, name, missing, down.text, e);
	if (missing == -ETIMEDOUT)
		note(NOTE_WARNING, "%s: it may have a '%s', too", down.text, name);
	return result;
}

int resolve_instance(const struct context *c, const struct request *q, struct instance *ret,
		     struct error *e)
{
	struct runtime_options o = { .lxcpath = q->lxcpath,
				     .docker_socket = c->config->docker_socket };
	struct instance instance = { .pid = q->pid };
	int r = read_ident(q, &instance.ident, e);

	if (r < 0)
		return r;
	o.owner = instance.ident.owner;
	if (!q->pid && !q->netns) {
		if (!*instance.ident.runtime)
			return ask_all(&o, instance.ident.name, ret, e);
		return runtime_by_name(instance.ident.runtime)
			->find(instance.ident.name, &o, ret, e);
	}
	if (!*instance.ident.runtime)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "with --pid or --netns say whose lease it is: lxc:%s or docker:%s",
				 q->container, q->container);
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
	const struct runtime_options o = { .lxcpath = q->lxcpath,
					   .docker_socket = c->config->docker_socket };
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
		if (r == 1 && *holder.runtime)
			return ambiguous(id.name, e);
		if (r == 1)
			holder = candidate;
	}
	if (*holder.runtime) {
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
