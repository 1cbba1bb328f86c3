/*
 * list: every lease, with what the kernel says of it.
 *
 * Theory of operation: everything is looked at once (world/look.c), and each lease is told as it
 * stands there, in the order of addresses: what is made of it for people is not kept.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/note.h"
#include "base/text.h"
#include "keep/guarded.h"
#include "keep/waiting.h"
#include "known/living.h"
#include "known/occupied.h"
#include "known/trace.h"
#include "ops/verbs.h"
#include "store/etcd_heal.h"
#include "world/look.h"

struct list {
	struct context *c;
	struct look look;
	struct host_addresses own;
	const struct holder **attached; /* in the order of their network namespaces */
	size_t attached_count;
	struct reach reach; /* what was found holds for the next on the same way, too */
	int (*each)(const struct listing *l, void *arg);
	void *arg;
};

static void list_release(struct list *l)
{
	look_release(&l->look);
	cleanup_nl_sock(&l->look.host);
	host_addresses_release(&l->own);
	free(l->attached);
}

/* Shows what is wrong, unless something is already. */
static void tell_trouble(struct listing *item, const char *trouble)
{
	item->state = LIST_BROKEN;
	if (!*item->error)
		snprintf(item->error, sizeof(item->error), "%.*s", (int)sizeof(item->error) - 1,
			 trouble);
}

/* A lease of the address, and what pool holds that. */
static struct listing of_address(const struct list *l, const struct in6_addr *address)
{
	struct error ignored;
	const struct pool *pool = pools_find(l->c->pools, address, &ignored);

	return (struct listing){ .ident = { .runtime = "?", .name = "?" },
				 .has_address = true,
				 .address = *address,
				 .pool = pool ? pool->name : NULL,
				 .state = LIST_DETACHED };
}

static int by_netns(const void *a, const void *b)
{
	const struct holder *x = *(const struct holder *const *)a;
	const struct holder *y = *(const struct holder *const *)b;
	const uint64_t p = x->attachment->netns_inode, q = y->attachment->netns_inode;

	return p < q ? -1 : p > q;
}

/* Sorts those that are attached by their network namespaces. Returns 0 or -ENOMEM. */
static int sort_attached(struct list *l)
{
	const struct holders *present = &l->look.present;

	l->attached = calloc(present->count + 1, sizeof(*l->attached));
	if (!l->attached)
		return -ENOMEM;
	for (size_t i = 0; i < present->count; i++) {
		const struct attachment *a = present->list[i].attachment;

		if (a && attachment_is_live(a, l->c->boot_id) && !a->waits)
			l->attached[l->attached_count++] = &present->list[i];
	}
	qsort(l->attached, l->attached_count, sizeof(*l->attached), by_netns);
	return 0;
}

/* Another one that is attached to the same port, or null: one of the two is cut off. */
static const struct holder *find_other(const struct list *l, const struct holder *h)
{
	const struct holder *const *first =
		bsearch(&h, l->attached, l->attached_count, sizeof(*l->attached), by_netns);

	while (first && first > l->attached && by_netns(first - 1, &h) == 0)
		first--;
	for (; first && first < l->attached + l->attached_count && by_netns(first, &h) == 0;
	     first++)
		if (*first != h && occupied_same((*first)->attachment, h->attachment) &&
		    living((*first)->attachment) && living(h->attachment))
			return *first;
	return NULL;
}

/* Fills in what the kernel says of one that is attached. */
static void look_at_attached(struct list *l, struct listing *item, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	const struct holder *other;
	char name[IDENT_TEXT_MAX], text[sizeof(item->error)];
	struct ident id;
	enum guarded guard;
	const char *lacks;
	char path[64];
	bool gone;

	/* a process that is gone took the container with it; looking takes no privilege */
	snprintf(path, sizeof(path), "/proc/%d", (int)a->pid);
	gone = a->pid && access(path, F_OK) < 0;
	if (a->waits && !gone) {
		tell_trouble(item, WAITING_FOR);
		item->state = LIST_WAITING;
		return;
	}
	lacks = look_lacks(&l->look, h);
	memcpy(item->bridge, a->bridge, sizeof(item->bridge));
	memcpy(item->uplink, a->uplink, sizeof(item->uplink));
	if (gone)
		tell_trouble(item, "its process is gone: v6hook reconcile");
	if (lacks && strcmp(lacks, "neighbour") != 0) {
		snprintf(path, sizeof(path), "its %s is gone from the kernel: v6hook reconcile",
			 lacks);
		tell_trouble(item, path);
	}
	other = find_other(l, h);
	if (other && ident_from_text(other->ident, &id) == 0) {
		snprintf(
			text, sizeof(text),
			"%.100s is attached to the same network: v6hook detach one of the two, and "
			"reconcile",
			ident_container(&id, name));
		tell_trouble(item, text);
	}
	/* what a bad configuration would say of it, nobody knows */
	if (!l->c->salvaged) {
		guard = guarded_look(l->c, &l->look, h);
		item->guard = guarded_name(guard);
		item->open = config_exposed(l->c->config, h->ident, &a->expose, &a->published);
		if (guard == GUARDED_NOT && l->c->config->guard == CONFIG_GUARD_ON)
			tell_trouble(item, "it is not guarded: v6hook reconcile");
	}
	if (item->state == LIST_BROKEN)
		return;
	item->state = LIST_ATTACHED;
	l->reach.routed = a->routed;
	l->reach.uplink = a->uplink;
	l->reach.bridge = a->bridge;
	reach_doubt(&l->reach, &item->address, item->warning, sizeof(item->warning));
}

/* Tells of one lease, or of a record without one. Returns 0 or what each returned. */
static int tell(struct list *l, const struct holder *h)
{
	struct listing item = { .state = LIST_DETACHED };
	struct trace trace;
	struct attachment ignored;
	struct error e;

	if (h->leased)
		item = of_address(l, &h->address);
	item.pinned = h->pinned;
	item.since = h->since;
	item.unsaid = l->c->salvaged;
	if (*h->ident)
		ident_from_text(h->ident, &item.ident);
	if (h->attachment && *h->attachment->error)
		tell_trouble(&item, h->attachment->error);
	if (h->unreadable &&
	    l->c->store->ops->attachment(l->c->store, h->ident, &ignored, &e) == -EBADMSG)
		tell_trouble(&item, e.text);
	if (*h->trouble)
		tell_trouble(&item, h->trouble);
	if (h->lost && !h->unreadable && trace_leads(l->look.host, &h->address, &trace))
		tell_trouble(&item, "its record is lost: v6hook reconcile finds it again");
	if (h->attachment && attachment_is_live(h->attachment, l->c->boot_id))
		look_at_attached(l, &item, h);
	return l->each(&item, l->arg);
}

/* Tells of a container that has no lease, because its only attach failed. */
static int tell_failed(struct list *l, const struct holder *record)
{
	struct lease_store *s = l->c->store;
	struct error ignored;
	struct lease lease;

	if (record->leased || !*record->attachment->error ||
	    s->ops->find(s, record->ident, &lease, &ignored) != 0)
		return 0;
	return tell(l, record);
}

/* Tells of what leads to a container although no lease tells of it. */
static int tell_trace(struct list *l, const struct marked_entry *entry)
{
	struct lease_store *s = l->c->store;
	struct listing item;
	struct error ignored;
	struct trace trace;

	if (entry->kind != MARKED_ROUTE || holders_find(&l->look.present, &entry->address) ||
	    s->ops->at(s, &entry->address, NULL, &ignored) != 0 ||
	    !trace_leads(l->look.host, &entry->address, &trace))
		return 0;
	item = of_address(l, &entry->address);
	item.state = LIST_BROKEN;
	trace_tell(&trace, item.error, sizeof(item.error));
	return l->each(&item, l->arg);
}

/* Tells of all of them, those without an address first. Returns 0 or what each returned. */
static int tell_all(struct list *l)
{
	const struct holders *present = &l->look.present, *ended = &l->look.ended;
	const struct marked *kernel = &l->look.kernel;
	size_t k = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ended->count; i++)
		r = tell_failed(l, &ended->list[i]);
	for (size_t i = 0; r == 0 && i < present->count; i++) {
		for (; r == 0 && k < kernel->count; k++) {
			if (memcmp(&kernel->list[k].address, &present->list[i].address,
				   sizeof(struct in6_addr)) > 0)
				break;
			r = tell_trace(l, &kernel->list[k]);
		}
		if (r == 0)
			r = tell(l, &present->list[i]);
	}
	for (; r == 0 && k < kernel->count; k++)
		r = tell_trace(l, &kernel->list[k]);
	return r;
}

static int tell_other(const struct lease *lease, void *arg)
{
	struct list *l = arg;
	struct listing item = of_address(l, &lease->address);

	item.state = LIST_ELSEWHERE;
	item.pinned = lease->pinned;
	item.since = lease_since(lease);
	memcpy(item.host, lease->host, sizeof(item.host));
	if (*lease->ident)
		ident_from_text(lease->ident, &item.ident);
	if (*lease->trouble)
		tell_trouble(&item, lease->trouble);
	return l->each(&item, l->arg);
}

int op_list_others(struct context *c, int (*each)(const struct listing *l, void *arg), void *arg,
		   struct error *e)
{
	struct list l = { .c = c, .each = each, .arg = arg };
	int r = etcd_others(c->store, tell_other, &l, e);

	return r == -ENOMEM ? error_sys(e, r, "cannot list the leases") : r;
}

/* Remarks that an uplink which the configuration names is not there: no container is attached by
 * it. */
static void remark_uplinks(const struct list *l)
{
	const struct pools *pools = l->c->pools;

	for (size_t i = 0; i < pools->count; i++) {
		const char *name = pools->list[i].uplink;
		struct link link;
		bool told = !name;

		for (size_t k = 0; !told && k < i; k++)
			told = text_equal(pools->list[k].uplink, name);
		if (!told && link_by_name(l->look.host, name, &link) == -ENODEV)
			note(NOTE_STATE,
			     "there is no interface %s, the \"uplink\" of %s: nobody is attached "
			     "by it "
			     "until there is: v6hook doctor",
			     name, pools->list[i].name);
	}
}

int op_list(struct context *c, int (*each)(const struct listing *l, void *arg), void *arg,
	    struct error *e)
{
	CLEANUP(list_release)
	struct list l = { .c = c,
			  .look = { .store = c->store, .boot_id = c->boot_id, .guarded = true },
			  .each = each,
			  .arg = arg };
	int r = nl_open(&l.look.host, e);

	if (r == 0)
		r = look_read(&l.look, e);
	if (r == 0)
		r = host_addresses_read(l.look.host, &l.own, e);
	if (r < 0)
		return r;
	l.reach.c = c;
	l.reach.nl = l.look.host;
	l.reach.own = &l.own;
	remark_uplinks(&l);
	r = sort_attached(&l);
	if (r == 0)
		r = tell_all(&l);
	return r == -ENOMEM ? error_sys(e, r, "cannot list the leases") : r;
}
