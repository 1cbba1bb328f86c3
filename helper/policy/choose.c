/*
 * Which address a container gets: the first of those that speak for it, in the order of their
 * authority.
 *
 * Theory of operation: the candidates are listed first, each with where it came from; the first one
 * is claimed and, if it is new, probed. Only if there is none, a free one is looked for. A
 * container never decides: what is found on its interface is no candidate (given.c).
 */
#include "policy/choose.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "net/mark.h"
#include "net/ndisc.h"
#include "net/route.h"
#include "policy/onlink.h"
#include "policy/quota.h"
#include "policy/ready.h"
#include "policy/reserved.h"
#include "policy/succeed.h"
#include "policy/trace.h"
#include "policy/way.h"
#include "store/allocate.h"

#define TAKEN_MOST 8 /* addresses that others answer for, in one attach */

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* A free address is looked for, and what was seen of those that an engine hands out. */
struct search {
	const struct choose *q;
	struct onlink found;
};

/*
 * Whether a container bridge has the address on-link; not its own, where no engine hands them out:
 * LXC does not, and Docker has given it none.
 */
static bool is_engines(const struct choose *q, const struct in6_addr *address,
		       const struct route *route, struct onlink *ret)
{
	const bool none = q->owner || strncmp(q->ident, "lxc:", 4) == 0 || q->given->count == 0;
	struct error ignored;
	const struct pool *pool = pools_find(q->c->pools, address, &ignored);

	return pool && onlink_find(q->host, q->own, pool, address, route, q->port->via,
				   none ? q->port->via : 0, ret);
}

/* For lease_allocate: the host's addresses, reserved ones, and those that lead somewhere already.
 */
static bool is_forbidden(const struct in6_addr *address, bool taking_back, void *arg)
{
	struct search *s = arg;
	const struct choose *q = s->q;
	struct error ignored;
	struct lease lease;
	struct route route;
	struct trace trace;

	/* a pool may have a million of them */
	if (onlink_holds(&s->found, address) || reserved_is(q->c, q->own, address))
		return true;
	/* also one that is leased: it may be freed, and have rested */
	if (route_lookup(q->host, address, &route) < 0)
		return false;
	if (route.length != 128)
		return is_engines(q, address, &route, &s->found);
	/* one that is leased is refused by the caller anyway */
	if (!taking_back && q->c->store->ops->at(q->c->store, address, NULL, &ignored) != 0)
		return false;
	/* what still leads to a container is in use, whatever the leases say; and a route that the
	 * administrator made has a reason */
	if (taking_back || route.protocol != V6HOOK_PROTOCOL)
		return true;
	/* it is a killed run's, or the lease that accounts for it is lost: looking finds that */
	if (q->c->store->ops->at(q->c->store, address, &lease, &ignored) != 0)
		return true;
	/* or nothing but the kernel tells of it: then it is nobody's but the one to whom it leads
	 */
	return trace_leads(q->host, address, &trace) &&
	       memcmp(trace.mac, q->port->mac, sizeof(trace.mac)) != 0;
}

enum source { FROM_ASKED, FROM_CONFIG, FROM_PIN, FROM_ENGINE, FROM_LABEL, FROM_LEASE, FROM_TRACE };

/* An address that somebody names for the container, and who. */
struct candidate {
	struct in6_addr address;
	enum source source;
};

#define CANDIDATES_MOST (FROM_TRACE + 1)

static void add(struct candidate *list, int *count, const struct in6_addr *address,
		enum source source)
{
	if (address)
		list[(*count)++] = (struct candidate){ *address, source };
}

/* Lists who speaks for the container, the highest authority first. Returns how many. */
static int list_candidates(const struct choose *q, const struct lease *held,
			   struct candidate list[CANDIDATES_MOST], struct in6_addr *trace)
{
	const struct config_container *said = config_container(q->c->config, q->ident);
	const struct in6_addr *engines = NULL;
	struct error ignored;
	int count = 0;

	for (int i = q->given->count - 1; q->owner == 0 && i >= 0; i--)
		if (pools_find(q->c->pools, &q->given->list[i], &ignored))
			engines = &q->given->list[i];
	add(list, &count, q->asked, FROM_ASKED);
	add(list, &count, said && said->has_address ? &said->address : NULL, FROM_CONFIG);
	add(list, &count, held && held->pinned ? &held->address : NULL, FROM_PIN);
	add(list, &count, engines, FROM_ENGINE);
	add(list, &count, q->owner == 0 ? q->label : NULL, FROM_LABEL);
	/* a lease that the configuration has left behind is left for another */
	add(list, &count,
	    held && pools_find(q->c->pools, &held->address, &ignored) ? &held->address : NULL,
	    FROM_LEASE);
	if (!held && trace_find(q->c, q->host, q->inner, q->port, trace))
		add(list, &count, trace, FROM_TRACE);
	return count;
}

/*
 * Asks the uplink whether another has the new address.
 * Returns 0, or -EADDRINUSE with STATUS_IN_USE and the owner's MAC in the message, or -errno.
 */
static int probe(const struct choose *q, const struct choice *choice, unsigned char owner[6],
		 struct error *e)
{
	const struct uplink *u = &choice->uplink;
	char text[INET6_ADDRSTRLEN];
	int r;

	if (choice->pool->routed || !u->has_mac || q->c->config->probe_ms == 0 ||
	    ready_is(q->host, u, &choice->lease.address))
		return 0;
	r = ndisc_probe(u->ifindex, u->mac, &choice->lease.address, q->c->config->probe_ms, owner,
			e);
	if (r <= 0)
		return r;
	return error_set(e, STATUS_IN_USE, -EADDRINUSE,
			 "address %s is in use on %s by %02x:%02x:%02x:%02x:%02x:%02x",
			 inet_ntop(AF_INET6, &choice->lease.address, text, sizeof(text)), u->name,
			 owner[0], owner[1], owner[2], owner[3], owner[4], owner[5]);
}

/* Turns a lease that was just claimed into one that rests in the other machine's name. */
static void set_aside(struct context *c, const struct lease *lease, const unsigned char owner[6])
{
	struct error ignored;

	if (c->store->ops->remove(c->store, lease, &ignored) == 0)
		reserved_elsewhere(c, &lease->address, owner);
}

/* Makes a former lease the container's present one again. */
static void relink(struct context *c, const struct lease *former)
{
	struct lease holder;
	struct error error;

	if (former && c->store->ops->claim(c->store, former, &holder, &error) < 0)
		note(NOTE_WARNING, "cannot restore the former lease: %s", error.text);
}

/* Finds pool and uplink of the lease. Returns 0 or -errno. */
static int complete(const struct choose *q, struct choice *choice, struct error *e)
{
	choice->pool = pools_find(q->c->pools, &choice->lease.address, e);
	if (!choice->pool)
		return -ERANGE;
	return way_out(q->host, q->own, choice->pool, &choice->lease.address, q->port->via,
		       q->before && attachment_is_live(q->before, q->c->boot_id) ? q->before->uplink
										 : NULL,
		       &choice->uplink, e);
}

/* Claims the candidate for the container. Returns as choose_lease. */
static int claim(const struct choose *q, const struct candidate *c, struct lease *ret,
		 struct error *e)
{
	const bool engines = c->source == FROM_ENGINE && !q->given->written;
	const struct succeed_named named = { q->known };
	/* what its own configuration names is as good as a pin */
	bool pinned = c->source == FROM_ENGINE && q->given->written;
	int r = lease_claim(q->c->store, &c->address, q->ident, pinned, q->c->config->hold_s, ret,
			    e);

	if (r != -EADDRINUSE || (!engines && c->source != FROM_ASKED && c->source != FROM_LABEL))
		return r;
	return succeed(q->c, q->ident, &c->address, engines ? NULL : &named, ret, e);
}

/* Whether the lease has been in service: of a first attach that failed the record has no bridge. */
static bool has_served(const struct choose *q, const struct lease *held)
{
	const struct attachment *a = q->before;

	return a && *a->bridge && (!a->has_address || same(&a->address, &held->address));
}

/* Whether the user may name the address: what an engine hands out, they have asked the engine for.
 * Returns 0 or -EADDRINUSE with STATUS_IN_USE. */
static int check_label(const struct choose *q, const struct in6_addr *address, struct error *e)
{
	char text[INET6_ADDRSTRLEN];
	struct onlink found;
	struct route route;

	if (route_lookup(q->host, address, &route) < 0 || !is_engines(q, address, &route, &found))
		return 0;
	return error_set(e, STATUS_IN_USE, -EADDRINUSE,
			 "address %s is on-link on %s, whose engine hands it out",
			 inet_ntop(AF_INET6, address, text, sizeof(text)), found.bridge);
}

/* Makes the candidate the container's, and nothing else. Returns as choose_lease. */
static int take(const struct choose *q, const struct candidate *c, const struct lease *held,
		struct choice *ret, struct error *e)
{
	struct choice choice = { .engines = c->source == FROM_ENGINE && !q->given->written };
	unsigned char owner[6];
	int r;

	if (!pools_find(q->c->pools, &c->address, e))
		return -ERANGE;
	if (held && same(&held->address, &c->address)) {
		choice.lease = *held;
		r = complete(q, &choice, e);
		if (r == 0 && held->pinned && !has_served(q, held))
			r = probe(q, &choice, owner, e);
		if (r == 0)
			*ret = choice;
		return r;
	}
	if (held && held->pinned)
		return error_set(e, STATUS_FAILED, -EBUSY,
				 "it is pinned to another address: v6hook unpin it first");
	r = reserved_check(q->c, q->own, q->ident, &c->address, e);
	if (r == 0 && c->source == FROM_LABEL)
		r = check_label(q, &c->address, e);
	if (r == 0)
		r = claim(q, c, &choice.lease, e);
	if (r < 0)
		return r;
	choice.fresh = true;
	if (held) {
		choice.moved = true;
		choice.left = *held;
	}
	r = complete(q, &choice, e);
	if (r == 0 && !choice.engines)
		r = probe(q, &choice, owner, e);
	if (r < 0) {
		choose_undo(q->c, &choice);
		return r;
	}
	*ret = choice;
	return 0;
}

/* All that is free is an engine's to hand out, or there is no way out at all. Returns -errno. */
static int refuse_engines(const struct choose *q, const struct onlink *o, struct error *e)
{
	struct choice choice = { .lease.address = o->prefix };
	int r = complete(q, &choice, e);

	if (r < 0)
		return r;
	return error_set(e, STATUS_FULL, -ENOSPC,
			 "no free address: those left are on-link on %s, whose engine hands them "
			 "out: give that network another --subnet, or v6hook another range",
			 o->bridge);
}

/* Claims a free address that nobody answers for. Returns as choose_lease. */
static int take_free(const struct choose *q, const struct lease *held, struct choice *ret,
		     struct error *e)
{
	struct choice choice = { .fresh = true, .moved = held != NULL };
	struct search search = { .q = q };
	unsigned char owner[6];
	int r;

	if (held)
		choice.left = *held;
	/* before an address is taken from another; and again after it, as two may ask at once */
	r = quota_check(q->c, q->ident, q->owner, q->addresses, 1 - choice.moved, e);
	if (r < 0)
		return r;
	r = -EADDRINUSE;
	for (int tries = 0; r == -EADDRINUSE && tries < TAKEN_MOST; tries++) {
		if (tries) {
			note(NOTE_WARNING, "%s: trying another", e->text);
			set_aside(q->c, &choice.lease, owner);
		}
		r = lease_allocate(q->c->store, q->c->pools, q->ident, is_forbidden, &search,
				   q->c->config->hold_s, &choice.lease, e);
		if (r == -ENOSPC && search.found.length)
			r = refuse_engines(q, &search.found, e);
		if (r < 0) {
			relink(q->c, held);
			return r;
		}
		r = quota_check(q->c, q->ident, q->owner, q->addresses, -choice.moved, e);
		if (r == 0)
			r = complete(q, &choice, e);
		if (r == 0)
			r = probe(q, &choice, owner, e);
	}
	if (r < 0) {
		choose_undo(q->c, &choice);
		return r;
	}
	*ret = choice;
	return 0;
}

/* Whether the next may have it if this one cannot be followed: a label is a wish. */
static bool may_pass_over(const struct candidate *c, const struct error *e)
{
	if (c->source == FROM_TRACE)
		return true;
	return c->source == FROM_LABEL && (e->status == STATUS_USAGE || e->status == STATUS_IN_USE);
}

/*
 * Whether an address that the configuration has left behind stays for now: one that is attached is
 * not moved before the administrator says so, by name or in the configuration.
 */
static bool stays(const struct choose *q, const struct lease *held)
{
	const struct config_container *said = config_container(q->c->config, q->ident);
	struct error ignored;

	return held && q->stays && !q->asked && !(said && said->has_address) &&
	       !pools_find(q->c->pools, &held->address, &ignored);
}

/* Keeps it where it is. Returns 0 or -errno. */
static int stay(const struct choose *q, const struct lease *held, struct choice *ret,
		struct error *e)
{
	static const struct pool none[] = { { .routed = false }, { .routed = true } };
	const struct way way = {
		.name = *q->stays->uplink ? q->stays->uplink : NULL,
		.routed = q->stays->routed,
		.first = held->address,
		.last = held->address,
		.address = held->address,
		.via = q->port->via,
	};
	struct choice choice = { .lease = *held, .pool = &none[way.routed] };
	int r = way_find(q->host, q->own, &way, &choice.uplink, e);

	if (r == 0)
		*ret = choice;
	return r;
}

int choose_lease(const struct choose *q, struct choice *ret, struct error *e)
{
	struct candidate list[CANDIDATES_MOST];
	struct lease lease, *held = NULL;
	struct in6_addr trace;
	char unheard[sizeof(ret->unheard)] = "";
	int r = q->c->store->ops->find(q->c->store, q->ident, &lease, e), count;

	if (r < 0)
		return r;
	if (r == 1)
		held = &lease;
	if (stays(q, held))
		return stay(q, held, ret, e);
	count = list_candidates(q, held, list, &trace);
	r = -ENOENT;
	for (int i = 0; i < count && r < 0; i++) {
		r = take(q, &list[i], held, ret, e);
		if (r < 0 && !may_pass_over(&list[i], e))
			return r;
		if (r < 0 && list[i].source == FROM_LABEL)
			snprintf(unheard, sizeof(unheard), "%.255s", e->text);
	}
	if (r < 0)
		r = take_free(q, held, ret, e);
	if (r == 0)
		memcpy(ret->unheard, unheard, sizeof(unheard));
	return r;
}

void choose_undo(struct context *c, const struct choice *choice)
{
	struct error error;

	if (!choice->fresh)
		return;
	/* in this order: after a kill or a power loss in between the container has its former lease
	 */
	relink(c, choice->moved ? &choice->left : NULL);
	if (c->store->ops->remove(c->store, &choice->lease, &error) < 0)
		note(NOTE_WARNING, "cannot give the lease back: %s", error.text);
}
