/* LXC containers, through liblxc; the only file that includes it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <lxc/lxccontainer.h>

#include "base/cleanup.h"
#include "base/library.h"
#include "runtime/engines.h"
#include "runtime/lxc_path.h"

static struct lxc_container *(*container_new)(const char *name, const char *path);
static int (*container_put)(struct lxc_container *c);
static int (*list_active)(const char *path, char ***names, struct lxc_container ***containers);

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "lxc_container_new", &container_new },
		{ "lxc_container_put", &container_put },
		{ "list_active_containers", &list_active },
	};

	return library_load("liblxc.so.1", symbols, ARRAY_SIZE(symbols), e);
}

static void put(struct lxc_container *c)
{
	container_put(c);
}
DEFINE_CLEANUP(struct lxc_container *, cleanup_container, put)

/*
 * Refuses a container that has no network namespace of its own, and says whose it has.
 * Returns 0 or -ENODEV.
 */
static int check_network(struct lxc_container *c, struct error *e)
{
	char value[256] = "";

	/* liblxc gives "(null)" for what is not set */
	if (c->get_config_item(c, "lxc.namespace.share.net", value, sizeof(value)) > 0 &&
	    strcmp(value, "(null)") != 0)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "it shares the network of '%.200s': attach that one", value);
	if (c->get_config_item(c, "lxc.net.0.type", value, sizeof(value)) > 0) {
		if (strcmp(value, "none") == 0)
			return error_set(e, STATUS_FAILED, -ENODEV,
					 "it is on the host's own network (lxc.net.0.type = none): "
					 "there is nothing to attach");
		if (strcmp(value, "empty") == 0)
			return error_set(
				e, STATUS_FAILED, -ENODEV,
				"it has no network (lxc.net.0.type = empty): give it a veth "
				"on a bridge");
	}
	return 0;
}

static int lxc_find(const struct runtime *self, const char *name, const struct runtime_options *o,
		    struct instance *ret, struct error *e)
{
	CLEANUP(cleanup_container) struct lxc_container *c = NULL;
	struct instance instance = { .pid = 0 };
	char path[PATH_MAX], config[PATH_MAX + IDENT_NAME_MAX + 16];
	int r;

	(void)self;
	if (o->lxcpath)
		snprintf(path, sizeof(path), "%s", o->lxcpath);
	else
		lxc_path_standard(o->owner, path, sizeof(path));
	instance.ident.owner = o->owner;
	r = runtime_lxc_path(o->lxcpath, o->owner, instance.ident.path, sizeof(instance.ident.path),
			     e);
	if (r < 0)
		return r;
	/* what has no configuration is no container: the library need not be asked */
	snprintf(config, sizeof(config), "%s/%s/config", path, name);
	if (access(config, F_OK) < 0) {
		if (errno == EACCES)
			return error_sys(e, -EACCES, "cannot look into %s", path);
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no LXC container '%s' in %s",
				 name, path);
	}
	r = load(e);
	if (r < 0)
		return r;
	c = container_new(name, path);
	if (!c || !c->is_defined(c))
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no LXC container '%s' in %s",
				 name, path);
	snprintf(instance.ident.runtime, sizeof(instance.ident.runtime), "lxc");
	snprintf(instance.ident.name, sizeof(instance.ident.name), "%s", name);
	ret->ident = instance.ident;
	instance.pid = c->init_pid(c);
	if (instance.pid <= 0)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "LXC container '%s' is not running: lxc-start -n %s", name, name);
	r = check_network(c, e);
	if (r < 0)
		return r;
	*ret = instance;
	return 0;
}

/* Whether one that has a first process is past its start: its own hook attaches it until then. */
static bool is_settled(const char *name, const char *path)
{
	CLEANUP(cleanup_container) struct lxc_container *c = container_new(name, path);
	const char *state = c ? c->state(c) : NULL;

	return state && (strcmp(state, "RUNNING") == 0 || strcmp(state, "FROZEN") == 0);
}

static int lxc_each_running(const struct runtime *self, const struct runtime_options *o,
			    int (*each)(const struct instance *i, void *arg), void *arg,
			    struct error *e)
{
	char path[PATH_MAX], **names = NULL;
	int count, r;

	if (o->lxcpath)
		snprintf(path, sizeof(path), "%s", o->lxcpath);
	else
		lxc_path_standard(o->owner, path, sizeof(path));
	r = load(e);
	/* who has no liblxc has no LXC */
	if (r < 0)
		return r == -ELIBACC ? -EHOSTDOWN : r;
	count = list_active(path, &names, NULL);
	for (int i = 0; i < count; i++) {
		struct instance instance;
		struct error ignored;
		struct ident id;

		/* stopped meanwhile, or without a port: not to be served */
		if (r == 0 &&
		    ident_parse(names[i], (const char *const[]){ NULL }, &id, &ignored) == 0 &&
		    is_settled(names[i], path) &&
		    lxc_find(self, names[i], o, &instance, &ignored) == 0)
			r = each(&instance, arg);
		free(names[i]);
	}
	free(names);
	return r;
}

const struct runtime runtime_lxc = {
	.name = "lxc",
	.find = lxc_find,
	.each_running = lxc_each_running,
};
