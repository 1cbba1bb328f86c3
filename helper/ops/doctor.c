/*
 * doctor: what is wrong on this host, and the one thing to do about it. Changes nothing.
 *
 * Theory of operation: everything is looked at once, as list and reconcile do (world/look.c). What
 * is decided about it, by which uplink a range leads out and how a port must be guarded, is asked
 * of policy here; the checks themselves (doctor/) know of no deciding. What cannot be had is told
 * by the check that it concerns, and the others go on.
 */
#include <errno.h>
#include <string.h>

#include "base/caps.h"
#include "doctor/doctor.h"
#include "keep/guarded.h"
#include "keep/opened.h"
#include "known/way.h"
#include "ops/doctor_walk.h"
#include "ops/doctor_wire.h"
#include "ops/verbs.h"
#include "policy/ready.h"
#include "store/chosen.h"

/* All that a scene points to. */
struct visit {
	struct context c;
	struct look look;
	struct host_addresses own;
	struct scene scene;
	struct error misconfigured, unlooked;
	enum scene_guard *guards;
	struct scene_way *ways;
	struct ready ready;
	struct marked_entry entries[READY_MOST]; /* of what is ready */
};

static void visit_release(struct visit *v)
{
	scene_links_release(&v->scene);
	free(v->ways);
	free(v->guards);
	host_addresses_release(&v->own);
	look_release(&v->look);
	cleanup_nl_sock(&v->look.host);
	context_release(&v->c);
}

/* The uplink by which one that is attached with an address of the range is served, or null. */
static const char *uplink_now(const struct visit *v, const struct range *range)
{
	for (size_t i = 0; v->scene.look && i < v->look.present.count; i++) {
		const struct holder *h = &v->look.present.list[i];
		const struct attachment *a = scene_attached(&v->scene, h);

		if (a && *a->uplink && range_contains(range, &h->address))
			return a->uplink;
	}
	return NULL;
}

/* Finds out which way each range of the configuration leads out. Returns 0 or -ENOMEM. */
static int ask_ways(struct visit *v)
{
	const struct pools *pools = v->c.pools;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < pools->count; i++)
		count += pools->list[i].range_count;
	v->ways = calloc(count + 1, sizeof(*v->ways));
	if (!v->ways)
		return -ENOMEM;
	for (size_t i = 0; i < pools->count; i++) {
		const struct pool *pool = &pools->list[i];

		for (size_t k = 0; k < pool->range_count; k++) {
			const struct range *range = &pool->ranges[k];
			const struct in6_addr first = range_address(range->prefix, range->first);
			struct scene_way *w = &v->ways[n++];

			w->pool = pool;
			w->range = range;
			w->found = way_out(v->look.host, &v->own, pool, &first, 0,
					   uplink_now(v, range), &w->uplink, &w->why);
		}
	}
	v->scene.ways = v->ways;
	v->scene.way_count = n;
	return 0;
}

/* Finds out how each one that is attached is guarded. Returns 0 or -ENOMEM. */
static int ask_guards(struct visit *v)
{
	const struct holders *all = &v->look.present;

	v->guards = calloc(all->count + 1, sizeof(*v->guards));
	if (!v->guards)
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++) {
		enum guarded g = GUARDED_OFF;

		if (scene_attached(&v->scene, &all->list[i]))
			g = guarded_look(&v->c, &v->look, &all->list[i]);
		v->guards[i] = g == GUARDED_NOT	      ? SCENE_UNGUARDED
			       : g == GUARDED_UNKNOWN ? SCENE_GUARD_UNKNOWN
						      : SCENE_GUARDED;
	}
	v->scene.guards = v->guards;
	return 0;
}

/* What is to be typed where a firewall drops. */
static void open_way(const struct other_way *way, const struct other_wall *wall, const void *arg,
		     char *out, size_t size)
{
	const struct visit *v = arg;

	opened_remedy(&v->c, v->look.host, way, wall, out, size);
}

/* Which proxy entries keep an address ready, if there is a service that keeps them. */
static void ask_ready(struct visit *v)
{
	struct error ignored;

	if (!v->c.store || !context_is_served(&v->c) ||
	    ready_list(&v->c, v->look.host, &v->ready, &ignored) < 0)
		v->ready.count = 0;
	for (size_t i = 0; i < v->ready.count; i++)
		v->entries[i] = (struct marked_entry){
			.address = v->ready.list[i].address,
			.kind = MARKED_PROXY,
			.ifindex = v->ready.list[i].uplink.ifindex,
		};
	v->scene.ready = v->entries;
	v->scene.ready_count = v->ready.count;
}

/* Looks at everything; what cannot be had is left out. Returns 0, or -errno if nothing goes on. */
static int look_around(struct visit *v, struct error *e)
{
	int r = nl_open(&v->look.host, e);

	if (r == 0)
		r = host_addresses_read(v->look.host, &v->own, e);
	if (r < 0)
		return r;
	v->scene.host = v->look.host;
	v->scene.own = &v->own;
	v->scene.open = open_way;
	v->scene.open_arg = v;
	v->look.store = v->c.store;
	v->look.boot_id = v->c.boot_id;
	v->look.guarded = true;
	if (v->c.store && look_read(&v->look, &v->unlooked) == 0)
		v->scene.look = &v->look;
	else
		v->scene.unlooked = &v->unlooked;
	ask_ready(v);
	r = ask_ways(v);
	if (r == 0 && v->scene.look)
		r = ask_guards(v);
	return r < 0 ? error_sys(e, r, "cannot look at everything")
		     : scene_links_find(&v->scene, e);
}

/* Reads the configuration, or what can be had without it. Returns 0 or -errno. */
static int open_context(struct visit *v, const char *path, struct error *e)
{
	struct scene *s = &v->scene;
	int r = context_read(path, &v->c, &v->misconfigured);

	if (r < 0) {
		s->misconfigured = &v->misconfigured;
		r = context_salvage(path, false, &v->c, &v->unlooked);
	} else {
		r = store_open(v->c.config, false, &v->c.store, &v->unlooked);
	}
	/* without leases there is something to be examined still */
	if (r < 0 && !v->c.config) {
		r = config_defaults(&v->c.config, e);
		if (r == 0)
			r = pools_new(v->c.config, &v->c.pools, e);
		if (r < 0)
			return r;
	}
	s->config_path = path;
	s->config = v->c.config;
	s->pools = v->c.pools;
	s->boot_id = v->c.boot_id;
	s->store = v->c.store;
	return 0;
}

/* Listens for one that is attached, of each pool that has any, or for an address that is nobody's.
 */
static int hear_all(struct visit *v, struct hearing *h, struct findings *ret, struct error *e)
{
	const struct look *l = v->scene.look;
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->c.pools->count; i++) {
		h->pool = &v->c.pools->list[i];
		h->served = NULL;
		for (size_t k = 0; l && k < l->present.count && !h->served; k++)
			if (scene_attached(&v->scene, &l->present.list[k]) &&
			    pools_find(v->c.pools, &l->present.list[k].address, e) == h->pool)
				h->served = &l->present.list[k].address;
		r = doctor_hear(h, ret, e);
	}
	return r;
}

/* Listens for the address of the container alone. */
static int hear_one(struct visit *v, struct hearing *h, const struct in6_addr *address,
		    struct findings *ret, struct error *e)
{
	h->served = address;
	h->pool = pools_find(v->c.pools, address, e);
	/* the walk has told that there is none */
	return h->pool ? doctor_hear(h, ret, e) : 0;
}

int op_doctor(const struct request *q, unsigned int listen_s, struct findings *ret, struct error *e)
{
	CLEANUP(visit_release) struct visit v = { 0 };
	struct hearing h = { .c = &v.c,
			     .config_path = q->config_path,
			     .own = &v.own,
			     .container = q->container,
			     .seconds = listen_s };
	struct in6_addr served;
	/* what is only read may be left out, but there is no half a way */
	int r = q->container || listen_s ? caps_check(true, e) : 0;

	if (r == 0)
		r = open_context(&v, q->config_path, e);
	if (r == 0)
		r = look_around(&v, e);
	if (r < 0)
		return r;
	h.host = v.look.host;
	h.kernel = v.scene.look ? &v.look.kernel : NULL;
	if (q->container) {
		r = doctor_walk(&v.c, q, listen_s, &v.scene, ret, &served, e);
		return r == 1 ? (listen_s ? hear_one(&v, &h, &served, ret, e) : 0) : r;
	}
	r = doctor_examine(&v.scene, ret, e);
	return r == 0 && listen_s && v.c.store ? hear_all(&v, &h, ret, e) : r;
}

bool op_doctor_knows(const struct error *e, int r)
{
	if (e->status == STATUS_USAGE)
		return r == -ENODEV || r == -ENOTUNIQ || r == -ERANGE || r == -EBUSY ||
		       r == -EOPNOTSUPP;
	return e->status == STATUS_FAILED || e->status == STATUS_IN_USE;
}
