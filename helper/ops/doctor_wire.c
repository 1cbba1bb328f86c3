/* What the doctor hears on the uplink of a pool: for which addresses it listens, and where. */
#include "ops/doctor_wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "doctor/wire.h"
#include "known/way.h"
#include "policy/reserved.h"
#include "store/pool.h"

#define TRIES_MOST 4096 /* addresses: a pool in which they all are taken is as good as full */

/* An address of the pool that nobody has had: no router knows of it. Returns whether there is one.
 */
static bool find_fresh(const struct hearing *h, struct in6_addr *ret)
{
	struct lease_store *s = h->c->store;
	struct pool_walk walk;
	struct in6_addr one;
	struct error ignored;

	pool_walk_start(&walk, h->pool, "doctor");
	for (int i = 0; i < TRIES_MOST && pool_walk_next(&walk, &one); i++)
		/* for one that is kept ready, this host answers */
		if (s->ops->at(s, &one, NULL, &ignored) == 0 && !reserved_is(h->c, h->own, &one) &&
		    !(h->kernel && marked_has(h->kernel, &one))) {
			*ret = one;
			return true;
		}
	return false;
}

/* The range as people read it: the first and the last address. */
static void write_range(const struct range *range, char *out, size_t size)
{
	const struct in6_addr first = range_address(range->prefix, range->first);
	const struct in6_addr last = range_address(range->prefix, range->last);
	char one[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];

	snprintf(out, size, "%s-%s", text_address(&first, one), text_address(&last, other));
}

/* Tells what was heard, or why nothing was: then nothing can be told of the others either. */
static int tell(const struct wire *w, const struct error *unheard, struct findings *ret,
		struct error *e)
{
	static const struct {
		const char *name;
		void (*tell)(const struct wire *w, struct exam *x);
	} checks[] = {
		{ "wire.upstream", wire_tell_upstream },
		{ "wire.answer", wire_tell_answer },
		{ "wire.owner", wire_tell_owner },
	};
	struct exam x = { .found = ret };

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		x.check = checks[i].name;
		x.first = ret->count;
		if (unheard && i == 0)
			exam_unknown(&x, unheard);
		else if (unheard)
			exam_tell(&x, FINDING_SKIPPED, "nothing could be heard");
		else
			checks[i].tell(w, &x);
		exam_end(&x);
	}
	return x.failed < 0 ? error_sys(e, x.failed, "cannot keep what was found") : 0;
}

int doctor_hear(const struct hearing *h, struct findings *ret, struct error *e)
{
	char text[2 * INET6_ADDRSTRLEN];
	struct uplink uplink = { 0 };
	struct error unheard;
	struct wire w = {
		.uplink = &uplink,
		.pool = h->pool->name,
		.range = text,
		.config_path = h->config_path,
		.container = h->container,
		.routed = h->pool->routed,
		.seconds = h->seconds,
		.served.there = h->served,
	};
	const struct in6_addr *any = h->served ? h->served : &w.fresh.address;
	struct route route = { 0 };
	int r;

	w.fresh.there = find_fresh(h, &w.fresh.address);
	if (h->served)
		w.served.address = *h->served;
	if (!h->served && !w.fresh.there) {
		error_set(&unheard, STATUS_FAILED, -ENOSPC,
			  "no address of the pool %s is free to be listened for", h->pool->name);
		return tell(&w, &unheard, ret, e);
	}
	write_range(way_range(h->pool, any), text, sizeof(text));
	r = way_out(h->host, h->own, h->pool, any, 0, NULL, &uplink, &unheard);
	if (r == 0 && !uplink.carrier)
		r = error_set(&unheard, STATUS_FAILED, -ENETDOWN, "%s has no carrier", uplink.name);
	if (r == 0) {
		w.has_router =
			route_default_by(h->host, uplink.ifindex, &route) == 1 && route.has_gateway;
		w.router = route.gateway;
		w.has_source =
			uplink_source(h->host, h->own, uplink.ifindex, false, &w.source) == 1;
		r = wire_listen(&w, &unheard);
	}
	return tell(&w, r < 0 ? &unheard : NULL, ret, e);
}
