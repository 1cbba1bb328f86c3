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

#include "base/note.h"
#include "base/text.h"
#include "known/way.h"
#include "net/ndisc.h"
#include "policy/candidate.h"
#include "policy/forbidden.h"
#include "policy/quota.h"
#include "policy/ready.h"
#include "policy/reserved.h"
#include "policy/succeed.h"
#include "store/allocate.h"

#define TAKEN_MOST 8 /* addresses that others answer for, in one attach */

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
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
	note(NOTE_PROGRESS, "asking %s for %u ms whether another has %s", u->name,
	     q->c->config->probe_ms,
	     inet_ntop(AF_INET6, &choice->lease.address, text, sizeof(text)));
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

/* It is pinned to another address than the one that goes before. Returns -EBUSY. */
static int refuse_pinned(const struct candidate *c, const struct lease *held, struct error *e)
{
	char wanted[INET6_ADDRSTRLEN], pinned[INET6_ADDRSTRLEN];

	return error_set(e, STATUS_FAILED, -EBUSY,
			 "%s %s, but it is pinned to %s: v6hook unpin it first, or %s",
			 c->source == FROM_CONFIG ? "\"containers\" of the configuration gives it"
						  : "--address asks for",
			 text_address(&c->address, wanted), text_address(&held->address, pinned),
			 c->source == FROM_CONFIG ? "take it out of there" : "leave --address out");
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
		return refuse_pinned(c, held, e);
	r = reserved_check(q->c, q->own, q->ident, &c->address, e);
	if (r == 0 && c->source == FROM_LABEL)
		r = forbidden_label(q, &c->address, e);
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
	struct forbidden search = { .q = q };
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
		r = lease_allocate(q->c->store, q->c->pools, q->ident, forbidden_is, &search,
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

/* As choose_lease; -EALREADY if the store has found that the container has a lease. */
static int choose_once(const struct choose *q, struct choice *ret, struct error *e)
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
	count = candidates_list(q, held, list, &trace);
	r = -ENOENT;
	for (int i = 0; i < count && r < 0; i++) {
		r = take(q, &list[i], held, ret, e);
		if (r == -EALREADY || (r < 0 && !candidate_may_pass(&list[i], e)))
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

int choose_lease(const struct choose *q, struct choice *ret, struct error *e)
{
	int r = choose_once(q, ret, e);

	return r == -EALREADY ? choose_once(q, ret, e) : r;
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
