/*
 * What other firewalls are had to let through for who is attached, as far as the configuration lets
 * us.
 *
 * Theory of operation: an accept of ours cannot overrule another's drop, so the one who drops has
 * to be told. What is opened is as much as is ours behind one bridge: the part of a pool's range in
 * which the address lies, or the address alone where the bridge has it on-link, as others may have
 * addresses there. So it is done once for all containers of a bridge, and nothing of it is done at
 * most attaches. Which of their ports others reach is exposure's to say, whose table sees the same
 * packets. What we have opened is known by the comments that others keep with it, and it is needed
 * as long as one of our routes leads there: nothing else has to be remembered.
 */
#include "keep/opened.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/note.h"
#include "known/way.h"
#include "net/link.h"
#include "net/route.h"

/* With this option Docker (27 and later) lets more than the bridge of a network in. */
#define ROUTED "com.docker.network.bridge.gateway_mode_ipv6=routed"

/* Whether we may have all of them let something through. @owners: bits */
static bool may_open(const struct context *c, unsigned int owners)
{
	switch (c->config->open_firewall) {
	case CONFIG_OPEN_ALL:
		return !(owners & 1U << OTHER_OWNERS);
	case CONFIG_OPEN_DOCKER:
		return owners == 1U << OTHER_DOCKER;
	default:
		return false;
	}
}

/* Whether the prefix holds the address. */
static bool holds(const struct opening *o, const struct in6_addr *address)
{
	return in_prefix(address, &o->prefix, o->length);
}

/* What is to be opened for the address. */
static struct opening opening_of(const struct context *c, struct nl_sock *host,
				 const struct other_way *way)
{
	struct opening o = { .prefix = way->address, .length = 128 };
	struct error ignored;
	const struct pool *pool = pools_find(c->pools, &way->address, &ignored);
	struct link bridge;

	snprintf(o.bridge, sizeof(o.bridge), "%s", way->bridge);
	if (pool && link_by_name(host, way->bridge, &bridge) == 0 &&
	    route_is_on_link(host, bridge.ifindex, &way->address) == 0)
		o.length = range_block(way_range(pool, &way->address), &way->address, &o.prefix);
	return o;
}

/* Has one of them let it through. Returns 0 or -errno, and tells why. */
static int open_one(const struct opening_ops *owner, const struct opening *o)
{
	char prefix[OPENING_TEXT_MAX];
	struct error e;
	int r = owner->open(o, &e);

	if (r < 0)
		note(NOTE_STATE, "%s does not let %s through on %s: %s", owner->name,
		     opening_prefix_text(o, prefix), o->bridge, e.text);
	return r;
}

void opened_begin(const struct context *c, struct nl_sock *host, const struct other_way *way,
		  struct other_wall *ret)
{
	char prefix[OPENING_TEXT_MAX];
	unsigned int tried = 0;

	other_look(way, ret);
	/* what one lets through may be another's to drop */
	while (c && ret->drops && may_open(c, ret->passed) && !(tried & 1U << ret->owner)) {
		const struct opening o = opening_of(c, host, way);
		const enum other_owner owner = ret->owner;

		tried |= 1U << owner;
		if (open_one(other_owners[owner], &o) < 0)
			break;
		other_look(way, ret);
		if (!ret->drops || ret->owner != owner)
			note(NOTE_REMARK,
			     "%s is told to let through what goes to %s on %s, and what comes from "
			     "there",
			     other_owners[owner]->name, opening_prefix_text(&o, prefix), o.bridge);
	}
}

/* What to type where nobody keeps a place for it. */
static void tell_by_hand(const struct opening *o, const char *chain, char *out, size_t size)
{
	char prefix[OPENING_TEXT_MAX];

	opening_prefix_text(o, prefix);
	if (strcmp(chain, "ip6 filter FORWARD") == 0)
		snprintf(out, size,
			 "ip6tables -I FORWARD -o %s -d %s -j ACCEPT; "
			 "ip6tables -I FORWARD -i %s -s %s -j ACCEPT",
			 o->bridge, prefix, o->bridge, prefix);
	else
		snprintf(out, size,
			 "nft 'insert rule %s oifname %s ip6 daddr %s accept; "
			 "insert rule %s iifname %s ip6 saddr %s accept'",
			 chain, o->bridge, prefix, chain, o->bridge, prefix);
}

/* Whether its owner has it open already, and it does not help. */
static bool is_open(const struct opening *o, enum other_owner owner)
{
	struct openings all = { .count = 0 };
	struct error ignored;

	return other_owners[owner]->read(&all, &ignored) == 0 && openings_have(&all, o);
}

void opened_remedy(const struct context *c, struct nl_sock *host, const struct other_way *way,
		   const struct other_wall *wall, char *out, size_t size)
{
	const struct opening o = opening_of(c, host, way);
	char what[OPENING_TELL_MAX];
	bool kept;

	if (wall->owner == OTHER_OWNERS) {
		tell_by_hand(&o, wall->chain, out, size);
		return;
	}
	kept = is_open(&o, wall->owner);
	if (may_open(c, wall->passed) && !kept) {
		snprintf(out, size, "v6hook reconcile");
		return;
	}
	other_owners[wall->owner]->tell(&o, kept, what, sizeof(what));
	snprintf(out, size, "%s%s", what,
		 may_open(c, wall->passed) ? ""
					   : " # or \"open_firewall\": true in the configuration, "
					     "and v6hook reconcile");
}

void opened_tell(const struct context *c, struct nl_sock *host, const struct other_way *way,
		 const struct other_wall *wall, char *out, size_t size)
{
	const struct opening o = opening_of(c, host, way);
	const char *name;
	char what[OPENING_TELL_MAX];

	if (wall->early) {
		snprintf(out, size,
			 "nft chain \"%s\" drops what does not come from %s: if Docker made that "
			 "rule, create the network again with -o " ROUTED,
			 wall->chain, way->bridge);
		return;
	}
	if (wall->owner == OTHER_OWNERS) {
		tell_by_hand(&o, wall->chain, what, sizeof(what));
		snprintf(out, size, "nft chain \"%s\" drops what is forwarded: %s", wall->chain,
			 what);
		return;
	}
	name = other_owners[wall->owner]->name;
	other_owners[wall->owner]->tell(&o, is_open(&o, wall->owner), what, sizeof(what));
	snprintf(out, size, "%s drops what is forwarded (nft chain \"%s\"): %s%s", name,
		 wall->chain, what,
		 may_open(c, wall->passed) ? "" : "; \"open_firewall\": true has v6hook do it");
}

/* Which of the openings a route of ours needs. */
struct needs {
	const struct openings *all;
	int bridges[OPENINGS_MOST]; /* ifindexes, 0: none, or any */
	bool needed[OPENINGS_MOST];
};

static int on_route(const struct in6_addr *address, int ifindex, void *arg)
{
	struct needs *n = arg;

	for (size_t i = 0; i < n->all->count; i++)
		n->needed[i] |= holds(&n->all->list[i], address) &&
				(!*n->all->list[i].bridge || n->bridges[i] == ifindex);
	return 0;
}

/* Finds out which are needed. Returns 0 or -errno. */
static int find_needs(struct nl_sock *host, const struct openings *all, struct needs *ret)
{
	struct link link;

	*ret = (struct needs){ .all = all };
	for (size_t i = 0; i < all->count; i++)
		if (*all->list[i].bridge && link_by_name(host, all->list[i].bridge, &link) == 0)
			ret->bridges[i] = link.ifindex;
	return route_each_marked(host, on_route, ret);
}

/*
 * Closes what is open for nobody, of one owner. Who begins to need it meanwhile has a route before
 * they look whether it is open: either they see that it is closed, or their route is seen here
 * afterwards. @change: or only look. Returns whether there is any, or -errno.
 */
static int close_extra(const struct context *c, struct nl_sock *host, enum other_owner which,
		       bool change, struct error *e)
{
	const struct opening_ops *owner = other_owners[which];
	const bool may = may_open(c, 1U << which);
	struct openings all = { .count = 0 };
	struct needs needs, since;
	bool any = false;
	int r = owner->read(&all, e);

	if (r < 0 || all.count == 0)
		return r;
	r = find_needs(host, &all, &needs);
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		if (needs.needed[i] && may)
			continue;
		any = true;
		if (change && owner->close(&all.list[i], e) < 0)
			return error_prefix(e, -EIO, "%s", owner->name);
	}
	if (r == 0 && any && change && may)
		r = find_needs(host, &all, &since);
	if (r < 0)
		return error_sys(e, r, "cannot read the routes");
	for (size_t i = 0; any && change && may && i < all.count; i++)
		if (!needs.needed[i] && since.needed[i])
			open_one(owner, &all.list[i]);
	return any;
}

void opened_end(const struct context *c, struct nl_sock *host)
{
	struct error e;

	for (enum other_owner i = 0; i < OTHER_OWNERS; i++)
		if (close_extra(c, host, i, true, &e) < 0)
			note(NOTE_WARNING, "what is open in %s is left: %s", other_owners[i]->name,
			     e.text);
}

/* Whether it is recorded as attached, by a port. */
static bool is_attached(const struct context *c, const struct holder *h)
{
	const struct attachment *a = h->attachment;

	return a && !a->waits && a->port && attachment_is_live(a, c->boot_id);
}

/* Whether what is opened for one is opened for the other. */
static bool is_like(const struct context *c, const struct holder *a, const struct holder *b)
{
	struct error ignored;
	const struct pool *pool = pools_find(c->pools, &a->address, &ignored);

	return !b->attachment->on_link && pool &&
	       range_contains(way_range(pool, &a->address), &b->address) &&
	       strcmp(a->attachment->uplink, b->attachment->uplink) == 0 &&
	       strcmp(a->attachment->bridge, b->attachment->bridge) == 0;
}

/* Whether nobody else is at work on it, as long as the lock is held, and its record is as it was.
 */
static bool hold(const struct context *c, const struct holder *h, int *ret_lock)
{
	struct lease_store *s = c->store;
	struct error ignored;

	return s->ops->lock(s, LOCK_CONTAINER, h->ident, false, 0, ret_lock, &ignored) == 0 &&
	       s->ops->unchanged(s, h->ident, h->attachment) == 1;
}

int opened_make(const struct context *c, struct look *l, bool change,
		int (*opened)(const struct holder *h, void *arg), void *arg, bool *extra)
{
	const struct holders *all = &l->present;
	struct other_wall wall = { .any = true };
	const struct holder *before = NULL;
	char why[OPENING_TELL_MAX + 256];
	int r = 0;

	/* those of one bridge mostly lie side by side, and one look is enough for all of them */
	for (size_t i = 0; r == 0 && wall.any && i < all->count; i++) {
		const struct holder *h = &all->list[i];
		const struct attachment *a = h->attachment;
		const struct other_way way = { a ? a->uplink : "", a ? a->bridge : "", h->address };
		_close_ int lock = -1;

		if (!is_attached(c, h) || (before && is_like(c, before, h)))
			continue;
		other_look(&way, &wall);
		if (wall.drops && change && !hold(c, h, &lock))
			continue;
		before = h;
		if (!wall.drops)
			continue;
		if (change)
			opened_begin(c, l->host, &way, &wall);
		if (wall.drops && !(may_open(c, wall.passed) && !change)) {
			opened_tell(c, l->host, &way, &wall, why, sizeof(why));
			note(NOTE_STATE, "%s: %s", a->bridge, why);
		} else {
			r = opened(h, arg);
		}
	}
	*extra = false;
	for (enum other_owner i = 0; i < OTHER_OWNERS; i++) {
		struct error e;
		int any = close_extra(c, l->host, i, change, &e);

		if (any < 0)
			note(NOTE_STATE, "what is open in %s: %s", other_owners[i]->name, e.text);
		*extra |= any == 1;
	}
	return r;
}
