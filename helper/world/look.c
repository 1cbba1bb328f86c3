/*
 * One look at everything: the kernel's marked entries, the leases and the records, and what runs.
 *
 * Theory of operation: each table and each directory is read once, the records first. Each of the
 * leases then finds its record by its holder's name, in a table of hashes, and says whether it is
 * its holder's present one; the kernel's entries are found by their order. So the cost of a look
 * grows with what there is, and not with its square. Of most containers only a few words are kept:
 * whole records only of those that are attached, or that have more to tell than since when not.
 */
#include "world/look.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/note.h"
#include "base/text.h"
#include "net/host.h"
#include "runtime/engines.h"

/* What is being read, for what is called back. */
struct reading {
	struct look *look;
	struct error *e;
	struct holders records;
	uint32_t *table; /* by the hash of the ident: the place in records, from 1 on */
	size_t size;	 /* of the table, a power of two */
};

static void reading_release(struct reading *r)
{
	free(r->records.list);
	free(r->table);
}

void look_release(struct look *l)
{
	marked_release(&l->kernel);
	guard_state_release(&l->guard);
	free(l->present.list);
	free(l->strays.list);
	free(l->resting.list);
	free(l->ended.list);
	free(l->running);
	arena_release(&l->arena);
}

/* Adds one. Returns 0 or -ENOMEM. */
static int add(struct holders *h, const struct holder *one)
{
	return list_add(&h->list, &h->count, one, sizeof(*one));
}

static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	struct reading *r = arg;
	struct arena *arena = &r->look->arena;
	struct holder h = {
		.ident = arena_text(arena, ident),
		.trouble = "",
		.since = attachment_since(a, r->look->boot_id),
		.recorded = true,
	};

	if (!h.ident)
		return -ENOMEM;
	/* what it was called stays its own while it is stopped */
	if (!a->ended || a->word || *a->error || *a->hostname) {
		h.attachment = arena_copy(arena, a, sizeof(*a));
		if (!h.attachment)
			return -ENOMEM;
	}
	return add(&r->records, &h);
}

/* Where the ident is in the table, or the empty place where it belongs. */
static uint32_t *place_of(const struct reading *r, const char *ident)
{
	size_t i = text_hash(ident, 0) & (r->size - 1);

	while (r->table[i] && strcmp(r->records.list[r->table[i] - 1].ident, ident) != 0)
		i = (i + 1) & (r->size - 1);
	return &r->table[i];
}

/* Makes the table of all records that were read. Returns 0 or -ENOMEM. */
static int index_records(struct reading *r)
{
	for (r->size = 16; r->size < 2 * r->records.count; r->size *= 2)
		;
	r->table = calloc(r->size, sizeof(*r->table));
	if (!r->table)
		return -ENOMEM;
	for (size_t i = 0; i < r->records.count; i++)
		*place_of(r, r->records.list[i].ident) = (uint32_t)(i + 1);
	return 0;
}

/*
 * Tells of the lease's holder what its record says, if it has one. Returns 0 or -errno.
 */
static int join(struct reading *r, struct holder *h)
{
	const struct look *l = r->look;
	uint32_t place = *place_of(r, h->ident);
	struct attachment now;
	int known = 0;

	if (place) {
		struct holder *record = &r->records.list[place - 1];

		record->leased = true;
		h->ident = record->ident;
		h->attachment = record->attachment;
		h->since = record->since;
		h->recorded = true;
		return 0;
	}
	if (l->store->unread)
		known = l->store->ops->attachment(l->store, h->ident, &now, r->e);
	/* what kept it from being read the first time has passed */
	if (known == 1) {
		h->attachment = arena_copy(&r->look->arena, &now, sizeof(now));
		h->since = attachment_since(&now, l->boot_id);
		h->recorded = true;
		return h->attachment ? 0 : -ENOMEM;
	}
	h->unreadable = known == -EBADMSG;
	h->lost = h->unreadable || (known == 0 && *h->ident && marked_has(&l->kernel, &h->address));
	return known < 0 && !h->unreadable ? known : 0;
}

static int on_lease(const struct lease *lease, void *arg)
{
	struct reading *reading = arg;
	struct look *l = reading->look;
	struct holder h = {
		.ident = lease->ident,
		.address = lease->address,
		.since = lease_since(lease),
		.created = lease->created,
		.pinned = lease->pinned,
		.leased = true,
	};
	int r = 0;

	if (lease->freed)
		h.since = lease->freed;
	if (!lease->left && !lease->freed)
		r = join(reading, &h);
	if (r < 0)
		return r;
	/* a record that was read the first time has the text already */
	if (h.ident == lease->ident)
		h.ident = arena_text(&l->arena, lease->ident);
	h.trouble = arena_text(&l->arena, lease->trouble);
	if (!h.ident || !h.trouble)
		return -ENOMEM;
	l->lost |= h.lost;
	if (lease->freed)
		return add(&l->resting, &h);
	return add(lease->left ? &l->strays : &l->present, &h);
}

/* One that is attached though nobody has its lease: that is lost, and finding it mends that. */
static int find_lost(struct reading *r, const struct holder *record)
{
	const struct attachment *a = record->attachment;
	struct lease_store *s = r->look->store;
	struct error ignored;
	struct lease lease;

	if (!a || !a->has_address || !attachment_is_live(a, r->look->boot_id) ||
	    s->ops->at(s, &a->address, NULL, &ignored) != 0 ||
	    s->ops->present(s, record->ident, &lease, &ignored) != 1)
		return 0;
	return on_lease(&lease, r);
}

/* Goes through the records once more, now that all leases are known. Returns 0 or -errno. */
static int end_records(struct reading *r)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < r->records.count; i++) {
		const struct holder *record = &r->records.list[i];

		if (!record->leased)
			err = find_lost(r, record);
		if (err == 0 && record->attachment && record->attachment->ended)
			err = add(&r->look->ended, record);
	}
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	return memcmp(&x->address, &y->address, sizeof(x->address));
}

static void sort(struct holders *h)
{
	if (h->count)
		qsort(h->list, h->count, sizeof(*h->list), by_address);
}

/* Tells the holders of strays that they have these, too. */
static void tell_of_strays(struct look *l)
{
	for (size_t i = 0; i < l->strays.count; i++) {
		const char *ident = l->strays.list[i].ident;
		struct holder *h = NULL;
		struct lease present;
		struct error ignored;

		if (l->store->ops->present(l->store, ident, &present, &ignored) == 1)
			h = holders_find(&l->present, &present.address);
		if (h)
			h->was_moving |= strcmp(h->ident, ident) == 0;
	}
}

/* Reads the filters. Anybody may look at the rest. Returns 0 or -errno. */
static int read_guard(struct look *l, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = guard_open(&nl, e);

	if (r == 0)
		r = guard_read(nl, l->guarded, &l->guard, e);
	l->unguarded = r < 0;
	return r == -EPERM || r == -EPROTONOSUPPORT ? 0 : r;
}

int look_read_store(struct look *l, struct error *e)
{
	CLEANUP(reading_release) struct reading reading = { .look = l, .e = e };
	struct lease_store *s = l->store;
	int r = s->ops->walk_attachments(s, on_record, &reading, e);

	if (r == 0)
		r = index_records(&reading);
	if (r == 0)
		r = s->ops->walk(s, on_lease, &reading, e);
	if (r == 0)
		r = end_records(&reading);
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot list the leases");
	if (r < 0)
		return r;
	sort(&l->present);
	sort(&l->strays);
	sort(&l->resting);
	tell_of_strays(l);
	return 0;
}

int look_find_lost(struct look *l, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	bool any = false;
	int r;

	for (size_t i = 0; i < l->present.count; i++)
		any |= !l->present.list[i].recorded && *l->present.list[i].ident;
	if (!any)
		return 0;
	r = nl_open(&nl, e);
	if (r == 0)
		r = marked_read(nl, &l->kernel, e);
	for (size_t i = 0; r == 0 && i < l->present.count; i++) {
		struct holder *h = &l->present.list[i];

		h->lost |= !h->recorded && *h->ident && marked_has(&l->kernel, &h->address);
		l->lost |= h->lost;
	}
	return r;
}

int look_read(struct look *l, struct error *e)
{
	int r = marked_read(l->host, &l->kernel, e);

	if (r == 0)
		r = read_guard(l, e);
	return r == 0 ? look_read_store(l, e) : r;
}

struct holder *holders_find(const struct holders *h, const struct in6_addr *address)
{
	const struct holder key = { .address = *address };

	return h->count ? bsearch(&key, h->list, h->count, sizeof(*h->list), by_address) : NULL;
}

const struct link *look_link(struct look *l, const char *name)
{
	struct link found = l->links[1];

	if (strcmp(l->links[0].name, name) == 0)
		return &l->links[0];
	if (strcmp(found.name, name) != 0 && link_by_name(l->host, name, &found) < 0)
		return NULL;
	/* the one that was asked for last stays */
	l->links[1] = l->links[0];
	l->links[0] = found;
	return &l->links[0];
}

bool look_shows(struct look *l, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	const struct link *uplink = a->routed ? NULL : look_link(l, a->uplink);
	bool opened = a->routed ||
		      (uplink && marked_is(&l->kernel, &h->address, MARKED_PROXY, uplink->ifindex));
	const struct link *via = look_link(l, a->bridge);

	return opened && via && marked_is(&l->kernel, &h->address, MARKED_ROUTE, via->ifindex) &&
	       marked_is(&l->kernel, &h->address, MARKED_NEIGHBOUR, via->ifindex);
}

const char *look_lacks(struct look *l, const struct holder *h)
{
	const struct attachment *a = h->attachment;

	/* a route that another has made may win, and lead elsewhere */
	if (look_shows(l, h) && host_leads(l->host, &h->address, look_link(l, a->bridge)->ifindex))
		return NULL;
	/* what another has made serves as well, and some of it may have come since */
	return host_lacks(l->host, &h->address, a->routed ? NULL : a->uplink, a->bridge);
}

static int by_ident(const void *a, const void *b)
{
	return strcmp(((const struct running *)a)->ident, ((const struct running *)b)->ident);
}

static int on_running(const struct instance *instance, void *arg)
{
	struct look *l = arg;
	char ident[IDENT_TEXT_MAX];
	const struct running one = { arena_text(&l->arena, ident_text(&instance->ident, ident)),
				     *instance };

	return one.ident ? list_add(&l->running, &l->running_count, &one, sizeof(one)) : -ENOMEM;
}

int look_ask_engines(struct look *l, const struct runtime_options *o, bool all, struct error *e)
{
	for (size_t i = 0; runtimes[i]; i++) {
		int r;

		if (!runtimes[i]->find)
			continue;
		if (runtimes[i]->tells && (!all || !config_serves(o->engines, runtimes[i]->engine)))
			continue;
		r = runtimes[i]->each_running(runtimes[i], o, on_running, l, e);
		if (r == -ENOMEM)
			return error_sys(e, r, "cannot list what runs");
		if (r == -EHOSTDOWN) {
			note(NOTE_DETAIL, "%s", e->text);
		} else if (r < 0) {
			note(NOTE_STATE, "%s", e->text);
			l->unasked = runtimes[i]->name;
		}
	}
	if (l->running_count)
		qsort(l->running, l->running_count, sizeof(*l->running), by_ident);
	return 0;
}

const struct instance *look_running(const struct look *l, const char *ident)
{
	const struct running key = { .ident = ident }, *found = NULL;

	if (l->running_count)
		found = bsearch(&key, l->running, l->running_count, sizeof(key), by_ident);
	return found ? &found->instance : NULL;
}
