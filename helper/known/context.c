/* What every verb works with: the configuration, the pools in it, and the store of leases. */
#include "known/context.h"

#include <errno.h>
#include <unistd.h>

#include "base/config_read.h"
#include "runtime/engines.h"
#include "store/chosen.h"

/* A misspelt engine would reserve an address for nobody. Returns 0 or -EINVAL. */
static int check_engines(const struct config *c, struct error *e)
{
	for (size_t i = 0; i < c->container_count; i++) {
		struct ident id;

		if (ident_from_text(c->containers[i].ident, &id) < 0 ||
		    !runtime_by_name(id.runtime))
			return error_set(e, STATUS_USAGE, -EINVAL,
					 "containers.%.300s: unknown engine: write "
					 "lxc:NAME, docker:NAME, podman:NAME, incus:NAME, "
					 "cni:NAME or netns:NAME",
					 c->containers[i].ident);
	}
	return 0;
}

int context_read(const char *config_path, struct context *ret, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = config_read(config_path, &c.config, e);

	if (r < 0)
		return r;
	r = check_engines(c.config, e);
	if (r == 0)
		r = pools_new(c.config, &c.pools, e);
	if (r < 0)
		return error_prefix(e, r, "configuration %s", config_path);
	r = lease_boot_id(c.boot_id, e);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct context){ 0 };
	return 0;
}

int context_open(const char *config_path, bool write, struct context *ret, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = context_read(config_path, &c, e);

	if (r == 0)
		r = store_open(c.config, write, &c.store, e);
	if (r < 0)
		return r;
	*ret = c;
	c = (struct context){ 0 };
	return 0;
}

int context_salvage(const char *config_path, bool write, struct context *ret, struct error *e)
{
	_context_ struct context c = { 0 };
	int r = config_salvage(config_path, &c.config, e);

	if (r == 0)
		r = pools_new(c.config, &c.pools, e);
	if (r == 0)
		r = lease_boot_id(c.boot_id, e);
	/* an empty one, made in the wrong place, would tell that there is nothing */
	if (r == 0 && write && access(c.config->state_dir, F_OK) < 0)
		r = error_sys(e, -errno, "cannot open %s", c.config->state_dir);
	if (r == 0)
		r = store_open(c.config, write, &c.store, e);
	if (r < 0)
		return r;
	c.salvaged = true;
	*ret = c;
	c = (struct context){ 0 };
	return 0;
}

void context_release(struct context *c)
{
	cleanup_lease_store(&c->store);
	cleanup_pools(&c->pools);
	cleanup_config(&c->config);
}

int context_inherit(const struct context *from, struct context *ret, struct error *e)
{
	const char *dir = from->config->state_dir;
	struct lease_store *store;
	int r;

	/* a new one would stand in the way of the old one when that is moved back */
	if (access(dir, F_OK) < 0 && errno == ENOENT)
		return error_set(e, STATUS_FAILED, -ENOENT, LEASE_DIR_GONE, dir);
	r = store_open(from->config, true, &store, e);
	if (r < 0)
		return r;
	*ret = *from;
	ret->store = store;
	return 0;
}

bool context_is_served(struct context *c)
{
	_close_ int lock = -1;
	struct error ignored;

	return c->store->ops->lock(c->store, LOCK_SERVICE, NULL, true, 0, &lock, &ignored) ==
	       -EBUSY;
}
