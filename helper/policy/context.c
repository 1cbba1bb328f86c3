/* What every verb works with: the configuration, the pools in it, and the store of leases. */
#include "policy/context.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config_read.h"
#include "runtime/engines.h"

/* A misspelt engine would reserve an address for nobody. Returns 0 or -EINVAL. */
static int check_engines(const struct config *c, struct error *e)
{
	for (size_t i = 0; i < c->container_count; i++) {
		struct ident id;

		if (ident_from_text(c->containers[i].ident, &id) < 0 ||
		    !runtime_by_name(id.runtime))
			return error_set(e, STATUS_USAGE, -EINVAL,
					 "containers.%.300s: unknown engine: write "
					 "lxc:NAME or docker:NAME",
					 c->containers[i].ident);
	}
	return 0;
}

/* Notes which file the configuration is, and of when. */
static void identify(const char *path, struct timespec *ret_read, uint64_t *ret_inode)
{
	struct stat st = { 0 };

	stat(path, &st);
	*ret_read = st.st_mtim;
	*ret_inode = st.st_ino;
}

int context_open(const char *config_path, bool write, struct context *ret, struct error *e)
{
	CLEANUP(context_release) struct context c = { 0 };
	int r;

	identify(config_path, &c.read, &c.inode);
	r = config_read(config_path, &c.config, e);

	if (r < 0)
		return r;
	r = check_engines(c.config, e);
	if (r == 0)
		r = pools_new(c.config, &c.pools, e);
	if (r < 0)
		return error_prefix(e, r, "configuration %s", config_path);
	r = lease_boot_id(c.boot_id, e);
	if (r == 0)
		r = lease_dir_open(c.config->state_dir, write, &c.store, e);
	if (r < 0)
		return r;
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

int context_renew(const char *config_path, struct context *c, struct error *e)
{
	CLEANUP(context_release) struct context now = { 0 };
	struct timespec read;
	uint64_t inode;
	int r;

	identify(config_path, &read, &inode);
	if (inode == c->inode && read.tv_sec == c->read.tv_sec && read.tv_nsec == c->read.tv_nsec)
		return 0;
	c->read = read;
	c->inode = inode;
	r = context_open(config_path, true, &now, e);
	if (r < 0)
		return r;
	if (strcmp(now.config->state_dir, c->config->state_dir) != 0)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "configuration %s: another \"state_dir\" takes a restart",
				 config_path);
	context_release(c);
	*c = now;
	now = (struct context){ 0 };
	return 1;
}
