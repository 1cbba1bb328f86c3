/* CNI's STATUS: whether an ADD would be served, asked every few seconds. */
#include <errno.h>

#include "base/file.h"
#include "ops/cni.h"
#include "policy/reserved.h"
#include "known/way.h"
#include "store/allocate.h"
#include "store/etcd_store.h"
#include "wire/nl.h"

/* What lease_has_room asks by. */
struct asked {
	struct context *c;
	struct host_addresses own;
};

static bool is_forbidden(const struct in6_addr *address, bool taking_back, void *arg)
{
	struct asked *a = arg;

	(void)taking_back;
	return reserved_is(a->c, &a->own, address);
}

/* Looks whether each pool's addresses have a way out. Returns 0 or -errno. */
static int check_ways(struct asked *a, struct nl_sock *host, struct error *e)
{
	for (size_t i = 0; i < a->c->pools->count; i++) {
		const struct pool *pool = &a->c->pools->list[i];
		struct in6_addr first;
		struct pool_walk walk;
		struct uplink uplink;
		int r;

		pool_walk_start(&walk, pool, "");
		if (!pool_walk_next(&walk, &first))
			continue;
		r = way_out(host, &a->own, pool, &first, 0, NULL, &uplink, e);
		if (r < 0)
			return r;
		if (!uplink.carrier)
			return error_set(e, STATUS_FAILED, -ENETDOWN, "%s has no carrier",
					 uplink.name);
	}
	return 0;
}

int op_cni_status(struct context *c, const struct cni_conf *conf, bool *ret_limited,
		  struct error *e)
{
	_nl_sock_ struct nl_sock *host = NULL;
	struct asked a = { .c = c };
	const char *why;
	struct link bridge;
	int r = nl_open(&host, e);

	if (r < 0)
		return r;
	host_addresses_begin(host, &a.own);
	r = check_ways(&a, host, e);
	if (r == 0 && conf->bridge && link_by_name(host, conf->bridge, &bridge) < 0)
		r = error_set(e, STATUS_FAILED, -ENODEV, "\"bridge\": there is no bridge %s",
			      conf->bridge);
	*ret_limited = r < 0;
	if (r == 0 && file_has_room(c->config->state_dir, &why) < 0)
		r = error_set(e, STATUS_FAILED, -ENOSPC, "no lease can be written in %s: %s",
			      c->config->state_dir, why);
	if (r == 0)
		r = lease_has_room(c->store, c->pools, is_forbidden, &a, c->config->hold_s, e);
	host_addresses_release(&a.own);
	if (r == 0)
		return error_set(e, STATUS_FULL, -ENOSPC,
				 "no free address: every one of the configured ranges is taken "
				 "(v6hook list shows by whom)");
	if (r == 1)
		r = etcd_store_reach(c->store, e);
	return r < 0 ? r : 0;
}
