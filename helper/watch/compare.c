/*
 * The kernel's tables beside what the service knows by heart: what is lacking, and what is too
 * much.
 *
 * Theory of operation: one dump a table, whatever the number of containers. An entry that is
 * lacking is asked for by itself before anything is made of it, as one of another's making serves
 * as well.
 */
#include "watch/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/host.h"
#include "net/neigh.h"
#include "net/route.h"

#define ASK_MOST 16   /* of those that lack something, in one comparison */
#define COMING_MS 500 /* an attach records itself before it tells the kernel */

int compare_open(struct compare *c, struct kept *kept, struct error *e)
{
	c->kept = kept;
	return nl_open(&c->nl, e);
}

void compare_release(struct compare *c)
{
	marked_release(&c->strange);
	cleanup_nl_sock(&c->nl);
}

static int order(const void *a, const void *b)
{
	const struct marked_entry *x = a, *y = b;
	int r = memcmp(&x->address, &y->address, sizeof(x->address));

	r = r ? r : (int)x->kind - (int)y->kind;
	return r ? r : x->ifindex - y->ifindex;
}

/* Finds the links of ways that have none, or are new. */
static void find_links(struct compare *c)
{
	for (size_t i = 0; i < c->kept->way_count; i++) {
		struct kept_way *w = &c->kept->ways[i];
		struct link link;

		/* a port that was bare when it was attached, and is a bridge's now, leads nowhere
		 */
		if (w->users && !w->via_index && link_by_name(c->nl, w->via, &link) == 0 &&
		    !link.master) {
			w->via_index = link.ifindex;
			w->bridged = strcmp(link.kind, "bridge") == 0;
		}
		if (w->users && !w->uplink_index && *w->uplink &&
		    link_by_name(c->nl, w->uplink, &link) == 0)
			w->uplink_index = link.ifindex;
	}
}

/* One table being read. */
struct reading {
	const struct compare *c;
	struct marked strange;
	enum marked_kind kind;
};

static void reading_release(struct reading *r)
{
	marked_release(&r->strange);
}

/* Where entries of a kind belong on a way. */
static int index_of(const struct kept_way *w, enum marked_kind kind)
{
	return kind == MARKED_PROXY ? w->uplink_index : w->via_index;
}

static int on_entry(const struct in6_addr *address, int ifindex, void *arg)
{
	struct reading *r = arg;
	struct kept_entry *entry = kept_find(r->c->kept, address);

	if (entry) {
		if (entry->live && index_of(&r->c->kept->ways[entry->way], r->kind) == ifindex)
			entry->has |= 1U << r->kind;
		return 0;
	}
	return marked_add(&r->strange, address, r->kind, ifindex);
}

/* Takes over what was strange in the tables that are not read now. */
static int keep_others(struct reading *r)
{
	const struct marked *before = &r->c->strange;
	int err = 0;

	for (size_t i = 0; err == 0 && i < before->count; i++)
		if (before->list[i].kind != MARKED_PROXY &&
		    !kept_find(r->c->kept, &before->list[i].address)) {
			r->kind = before->list[i].kind;
			err = on_entry(&before->list[i].address, before->list[i].ifindex, r);
		}
	return err;
}

static int read_tables(struct reading *r, bool all)
{
	struct nl_sock *nl = r->c->nl;
	int err = proxy_each_marked(nl, on_entry, r);

	if (!all)
		return err < 0 ? err : keep_others(r);
	r->kind = MARKED_ROUTE;
	if (err == 0)
		err = route_each_marked(nl, on_entry, r);
	r->kind = MARKED_NEIGHBOUR;
	if (err == 0)
		err = neigh_each_marked(nl, on_entry, r);
	return err;
}

/* Adds what one lacks to what is lacking. */
static void count_lacking(const struct compare *c, const struct kept_entry *entry, bool all,
			  size_t *asked, struct compared *ret)
{
	const struct kept_way *w;
	unsigned int wants = all ? 1U << MARKED_ROUTE | 1U << MARKED_NEIGHBOUR : 0;

	/* one that waits, or has failed, has no way; there may be none at all */
	if (!entry->live)
		return;
	w = &c->kept->ways[entry->way];
	if (!w->routed)
		wants |= 1U << MARKED_PROXY;
	if ((entry->has & wants) == wants)
		return;
	if ((*asked)++ < ASK_MOST &&
	    !host_lacks(c->nl, &entry->address, w->routed ? NULL : w->uplink, w->via))
		return;
	if (clock_ms() - entry->since < COMING_MS) {
		ret->soon = true;
		return;
	}
	ret->lacking += text_hash(entry->ident, 1) | 1;
}

static bool is_same(const struct marked *a, const struct marked *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (order(&a->list[i], &b->list[i]) != 0)
			return false;
	return a->count == b->count;
}

int compare_tables(struct compare *c, bool all, struct compared *ret)
{
	CLEANUP(reading_release) struct reading r = { .c = c, .kind = MARKED_PROXY };
	struct compared found = { 0 };
	struct kept *k = c->kept;
	size_t asked = 0;
	int err;

	find_links(c);
	for (size_t i = 0; i < k->count; i++)
		k->list[i]->has = 0;
	err = read_tables(&r, all);
	if (err < 0)
		return err;
	if (r.strange.count)
		qsort(r.strange.list, r.strange.count, sizeof(*r.strange.list), order);
	for (size_t i = 0; i < k->count; i++)
		count_lacking(c, k->list[i], all, &asked, &found);
	found.strange = !is_same(&r.strange, &c->strange);
	marked_release(&c->strange);
	c->strange = r.strange;
	r.strange = (struct marked){ 0 };
	*ret = found;
	return 0;
}

/* Looks whether one way is as it must be. */
static bool is_settled(struct compare *c, const struct kept_way *w)
{
	struct port port = { .via = w->via_index, .bridged = w->bridged };
	struct uplink uplink = { .ifindex = w->uplink_index };
	struct host_wish wish = { .nl = c->nl,
				  .port = &port,
				  .uplink = &uplink,
				  .routed = w->routed,
				  .gateway = c->kept->c->config->gateway };
	struct error ignored;
	struct link via;

	memcpy(port.via_name, w->via, sizeof(port.via_name));
	memcpy(uplink.name, w->uplink, sizeof(uplink.name));
	return w->via_index && host_is_settled(&wish, &via, &ignored) == 1;
}

bool compare_ways(struct compare *c, size_t most)
{
	const struct kept *k = c->kept;
	bool good = true;

	find_links(c);
	for (size_t i = 0, looked = 0; i < k->way_count && looked < most; i++) {
		const struct kept_way *w = &k->ways[c->turn++ % k->way_count];

		if (!w->users)
			continue;
		looked++;
		good &= is_settled(c, w);
	}
	return good;
}

bool compare_uses(const struct compare *c, const struct link *link)
{
	const struct kept *k = c->kept;

	for (size_t i = 0; i < k->way_count; i++) {
		const struct kept_way *w = &k->ways[i];

		if (w->users &&
		    (strcmp(w->via, link->name) == 0 || strcmp(w->uplink, link->name) == 0 ||
		     w->via_index == link->ifindex || w->uplink_index == link->ifindex))
			return true;
	}
	for (size_t i = 0; i < c->strange.count; i++)
		if (c->strange.list[i].ifindex == link->ifindex)
			return true;
	return false;
}

void compare_forget_links(struct compare *c)
{
	for (size_t i = 0; i < c->kept->way_count; i++)
		c->kept->ways[i].via_index = c->kept->ways[i].uplink_index = 0;
}
