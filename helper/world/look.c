/* One look at everything: the kernel's marked entries, the leases and the records, and what runs.
 */
#include "world/look.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/note.h"
#include "runtime/engines.h"

/* What is being read, for what is called back. */
struct reading {
	struct look *look;
	struct error *e;
};

void look_release(struct look *l)
{
	marked_release(&l->kernel);
	free(l->present.list);
	free(l->strays.list);
	free(l->ended.list);
	free(l->running);
}

/* Makes room for one more in a list that holds count. Returns the list or null. */
static void *room_for_one(void *list, size_t count, size_t size)
{
	return count & (count - 1) ? list : reallocarray(list, count ? 2 * count : 1, size);
}

/* Adds an empty one. Returns it, or null without memory. */
static struct holder *add(struct holders *h)
{
	struct holder *larger = room_for_one(h->list, h->count, sizeof(*larger));

	if (!larger)
		return NULL;
	h->list = larger;
	return memset(&h->list[h->count++], 0, sizeof(*larger));
}

/*
 * Whether a lease is not its container's present one. Seen without a lock it may be about to
 * become that. Returns 1, 0 or -errno.
 */
static int is_stray(const struct look *l, const struct lease *lease, struct error *e)
{
	struct lease present;
	int r = l->store->ops->find(l->store, lease->ident, &present, e);

	return r < 0 ? r
		     : r == 0 || memcmp(&present.address, &lease->address,
					sizeof(present.address)) != 0;
}

static int on_lease(const struct lease *lease, void *arg)
{
	const struct reading *reading = arg;
	struct look *l = reading->look;
	struct holder *h;
	int stray, known;

	if (lease->freed)
		return 0;
	/* of one that cannot be read nothing can be told */
	stray = *lease->trouble ? 0 : is_stray(l, lease, reading->e);
	if (stray < 0)
		return stray;
	h = add(stray ? &l->strays : &l->present);
	if (!h)
		return -ENOMEM;
	h->lease = *lease;
	if (stray)
		return 0;
	known = l->store->ops->attachment(l->store, lease->ident, &h->attachment, reading->e);
	h->has_attachment = known == 1;
	h->unreadable = known == -EBADMSG;
	h->lost = h->unreadable ||
		  (known == 0 && *lease->ident && marked_has(&l->kernel, &lease->address));
	l->lost |= h->lost;
	return known < 0 && !h->unreadable ? known : 0;
}

/* A container that is not attached; or one that is, whose lease is lost: finding it mends that. */
static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	const struct reading *reading = arg;
	struct look *l = reading->look;
	struct lease_store *s = l->store;
	struct error ignored;
	struct lease lease;
	struct holder *h;

	if (a->ended) {
		h = add(&l->ended);
		if (!h)
			return -ENOMEM;
		h->attachment = *a;
		h->has_attachment = true;
		snprintf(h->lease.ident, sizeof(h->lease.ident), "%s", ident);
		return 0;
	}
	if (!a->has_address || !attachment_is_live(a, l->boot_id) ||
	    s->ops->at(s, &a->address, NULL, &ignored) != 0 ||
	    s->ops->find(s, ident, &lease, &ignored) != 1)
		return 0;
	return on_lease(&lease, arg);
}

int look_read(struct look *l, struct nl_sock *host, struct error *e)
{
	struct reading reading = { l, e };
	int r = marked_read(host, &l->kernel, e);

	if (r == 0)
		r = l->store->ops->walk(l->store, on_lease, &reading, e);
	if (r == 0)
		r = l->store->ops->walk_attachments(l->store, on_record, &reading, e);
	for (size_t i = 0; r == 0 && i < l->strays.count; i++)
		for (size_t k = 0; k < l->present.count; k++)
			l->present.list[k].was_moving |= strcmp(l->present.list[k].lease.ident,
								l->strays.list[i].lease.ident) == 0;
	return r;
}

static int on_running(const struct instance *instance, void *arg)
{
	struct look *l = arg;
	struct instance *larger = room_for_one(l->running, l->running_count, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	l->running = larger;
	l->running[l->running_count++] = *instance;
	return 0;
}

int look_ask_engines(struct look *l, const struct runtime_options *o, bool all, struct error *e)
{
	for (size_t i = 0; runtimes[i]; i++) {
		int r;

		if (runtimes[i]->tells && !all)
			continue;
		r = runtimes[i]->each_running(o, on_running, l, e);
		if (r == -ENOMEM)
			return error_sys(e, r, "cannot list what runs");
		if (r == -EHOSTDOWN) {
			note(NOTE_DETAIL, "%s", e->text);
		} else if (r < 0) {
			note(NOTE_WARNING, "%s", e->text);
			l->unasked = runtimes[i]->name;
		}
	}
	return 0;
}

const struct instance *look_running(const struct look *l, const char *ident)
{
	char text[IDENT_TEXT_MAX];

	for (size_t i = 0; i < l->running_count; i++)
		if (strcmp(ident_text(&l->running[i].ident, text), ident) == 0)
			return &l->running[i];
	return NULL;
}
