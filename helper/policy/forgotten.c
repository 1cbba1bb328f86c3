/* Leases of containers that are no more: they give way to who names their address. */
#include "policy/forgotten.h"

#include <errno.h>
#include <time.h>

#include "runtime/engines.h"

/* Whether its engine says that there is no such container. */
static bool is_no_more(const struct context *c, const char *ident,
		       int (*known)(const struct config_engine *engine, const char *name))
{
	struct runtime_options o = { .engines = c->config->engines };
	const struct runtime *runtime;
	struct instance instance;
	struct error ignored;
	struct ident id;

	if (ident_from_text(ident, &id) < 0 || id.owner)
		return false;
	runtime = runtime_by_name(id.runtime);
	if (!runtime || !runtime->find)
		return false;
	if (runtime->tells && known)
		return config_serves(o.engines, runtime->engine) &&
		       known(&o.engines[runtime->engine], id.name) == 0;
	o.lxcpath = *id.path ? id.path : NULL;
	return runtime->find(runtime, id.name, &o, &instance, &ignored) == -ENOENT;
}

bool forgotten(const struct context *c, const struct lease *lease, const struct attachment *a,
	       int (*known)(const struct config_engine *engine, const char *name))
{
	int64_t since = a ? attachment_since(a, c->boot_id) : lease_since(lease);

	return (!a || a->ended) && since + (int64_t)c->config->hold_s <= time(NULL) &&
	       is_no_more(c, lease->ident, known);
}
