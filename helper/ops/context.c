/* What every verb works with: the configuration, the pools in it, and the store of leases. */
#include "ops/context.h"

int context_open(const char *config_path, bool write, struct context *ret, struct error *e)
{
	CLEANUP(context_release) struct context c = { 0 };
	int r = config_read(config_path, &c.config, e);

	if (r == 0)
		r = pools_new(c.config, &c.pools, e);
	if (r == 0)
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
