/* list: every lease, with what the kernel says of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/host.h"
#include "net/marked.h"
#include "net/nl.h"
#include "ops/verbs.h"
#include "policy/trace.h"

struct listings {
	struct context *c;
	struct listing *list;
	size_t count;
	struct nl_sock *nl;
	struct host_addresses own;
	struct reach reach; /* what was found holds for the next on the same way, too */
};

static void listings_release(struct listings *l)
{
	free(l->list);
	cleanup_nl_sock(&l->nl);
	host_addresses_release(&l->own);
}

/* Makes room for one more of size bytes in a list that holds count. Returns the list or null. */
static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1))
		return list;
	return reallocarray(list, count ? 2 * count : 1, size);
}

static int compare(const void *a, const void *b)
{
	const struct listing *x = a, *y = b;

	return memcmp(&x->address, &y->address, sizeof(x->address));
}

/* Adds an empty one at the end. Returns it, or null without memory. */
static struct listing *add(struct listings *l)
{
	struct listing *larger = grow(l->list, l->count, sizeof(*larger));

	if (!larger)
		return NULL;
	l->list = larger;
	return memset(&l->list[l->count++], 0, sizeof(*larger));
}

/* Shows what is wrong with the lease or the record. */
static void tell_trouble(struct listing *item, const char *trouble)
{
	item->state = LIST_BROKEN;
	snprintf(item->error, sizeof(item->error), "%.*s", (int)sizeof(item->error) - 1, trouble);
}

/* A lease that is known, if at all, by something else than its file. */
static int on_damaged(const struct lease *lease, struct listings *l)
{
	struct listing *item = add(l);
	const struct pool *pool;
	struct error ignored;

	if (!item)
		return -ENOMEM;
	pool = pools_find(l->c->pools, &lease->address, &ignored);
	*item = (struct listing){ .has_address = true,
				  .address = lease->address,
				  .pool = pool ? pool->name : NULL,
				  .since = lease->created };
	tell_trouble(item, lease->trouble);
	if (!*lease->ident || ident_from_text(lease->ident, &item->ident) < 0)
		item->ident = (struct ident){ .runtime = "?", .name = "?" };
	return 0;
}

static int on_lease(const struct lease *lease, void *arg)
{
	struct listings *l = arg;
	struct listing *item;
	const struct pool *pool;
	struct ident id;
	struct error ignored;
	struct lease present;

	if (*lease->trouble)
		return on_damaged(lease, l);
	/* freed ones rest; one that its holder has left is not its lease any more */
	if (lease->freed ||
	    l->c->store->ops->find(l->c->store, lease->ident, &present, &ignored) != 1 ||
	    memcmp(&present.address, &lease->address, sizeof(present.address)) != 0)
		return 0;
	if (ident_from_text(lease->ident, &id) < 0)
		return 0;
	item = add(l);
	if (!item)
		return -ENOMEM;
	pool = pools_find(l->c->pools, &lease->address, &ignored);
	*item = (struct listing){ .ident = id,
				  .has_address = true,
				  .address = lease->address,
				  .pool = pool ? pool->name : NULL,
				  .pinned = lease->pinned,
				  .state = LIST_DETACHED,
				  .since = lease_since(lease) };
	/* its link */
	if (*present.trouble)
		tell_trouble(item, present.trouble);
	return 0;
}

/* A container that has no lease, because its only attach failed; or one whose lease is lost. */
static int on_attachment(const char *ident, const struct attachment *a, void *arg)
{
	struct listings *l = arg;
	struct listing *item;
	struct error ignored;
	struct lease lease;

	if (a->has_address && attachment_is_live(a, l->c->boot_id) &&
	    l->c->store->ops->at(l->c->store, &a->address, NULL, &ignored) == 0 &&
	    l->c->store->ops->find(l->c->store, ident, &lease, &ignored) == 1 && *lease.trouble)
		return on_damaged(&lease, l);
	if (!*a->error || l->c->store->ops->find(l->c->store, ident, &lease, &ignored) != 0)
		return 0;
	item = add(l);
	if (!item)
		return -ENOMEM;
	return ident_from_text(ident, &item->ident);
}

/* Adds what leads to a container although no lease tells of it. Returns 0 or -errno. */
static int add_traces(struct listings *l, struct error *e)
{
	_marked_ struct marked kernel = { 0 };
	int r = marked_read(l->nl, &kernel, e);
	const size_t known = l->count;

	for (size_t i = 0; r == 0 && i < kernel.count; i++) {
		const struct in6_addr *address = &kernel.list[i].address;
		struct lease lease = { .address = *address };
		struct error ignored;
		struct trace trace;
		bool listed = kernel.list[i].kind != MARKED_ROUTE ||
			      l->c->store->ops->at(l->c->store, address, NULL, &ignored) != 0 ||
			      !trace_leads(l->nl, address, &trace);

		for (size_t k = 0; !listed && k < known; k++)
			listed = memcmp(&l->list[k].address, address, sizeof(*address)) == 0;
		if (listed)
			continue;
		trace_tell(&trace, lease.trouble, sizeof(lease.trouble));
		r = on_damaged(&lease, l);
	}
	return r == -ENOMEM ? error_sys(e, r, "cannot list the leases") : r;
}

/* Fills in what the attachment and the kernel say. */
static int complete(struct listings *l, struct listing *item, struct error *e)
{
	char ident[IDENT_TEXT_MAX], path[64];
	const char *lacks;
	struct trace trace;
	struct attachment a;
	int r = l->c->store->ops->attachment(l->c->store, ident_text(&item->ident, ident), &a, e);

	if (r == -EBADMSG) {
		tell_trouble(item, e->text);
		return 0;
	}
	if (r == 0 && !*item->error && trace_leads(l->nl, &item->address, &trace))
		tell_trouble(item, "its record is lost: v6hook reconcile finds it again");
	if (r <= 0)
		return r;
	item->since = attachment_since(&a, l->c->boot_id);
	if (*a.error)
		memcpy(item->error, a.error, sizeof(item->error));
	if (*a.error)
		item->state = LIST_BROKEN;
	if (!attachment_is_live(&a, l->c->boot_id))
		return 0;
	memcpy(item->bridge, a.bridge, sizeof(item->bridge));
	memcpy(item->uplink, a.uplink, sizeof(item->uplink));
	/* a process that is gone took the container with it; looking takes no privilege */
	snprintf(path, sizeof(path), "/proc/%d", (int)a.pid);
	lacks = host_lacks(l->nl, &item->address, a.routed ? NULL : a.uplink, a.bridge);
	if (!*item->error && (!a.pid || access(path, F_OK) == 0) &&
	    (!lacks || strcmp(lacks, "neighbour") == 0))
		item->state = LIST_ATTACHED;
	else
		item->state = LIST_BROKEN;
	if (!*item->error && a.pid && access(path, F_OK) < 0)
		snprintf(item->error, sizeof(item->error), "its process is gone: v6hook reconcile");
	if (!*item->error && item->state == LIST_BROKEN)
		snprintf(item->error, sizeof(item->error),
			 "its %s is gone from the kernel: v6hook reconcile", lacks);
	if (item->state != LIST_ATTACHED)
		return 0;
	l->reach.routed = a.routed;
	l->reach.uplink = item->uplink;
	l->reach.bridge = item->bridge;
	reach_doubt(&l->reach, &item->address, item->warning, sizeof(item->warning));
	return 0;
}

int op_list(struct context *c, int (*each)(const struct listing *l, void *arg), void *arg,
	    struct error *e)
{
	CLEANUP(listings_release) struct listings l = { .c = c };
	int r = c->store->ops->walk(c->store, on_lease, &l, e);

	if (r == 0)
		r = c->store->ops->walk_attachments(c->store, on_attachment, &l, e);
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot list the leases");
	if (r == 0)
		r = nl_open(&l.nl, e);
	if (r == 0)
		r = add_traces(&l, e);
	if (r == 0)
		r = host_addresses_read(l.nl, &l.own, e);
	l.reach.nl = l.nl;
	l.reach.own = &l.own;
	if (l.count)
		qsort(l.list, l.count, sizeof(*l.list), compare);
	for (size_t i = 0; r == 0 && i < l.count; i++) {
		r = complete(&l, &l.list[i], e);
		if (r == 0)
			r = each(&l.list[i], arg);
	}
	return r;
}
