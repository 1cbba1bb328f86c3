/*
 * What is told to the service of what becomes of the world, and what it makes it doubt.
 *
 * Theory of operation: the store tells which of its files change, the kernel which links,
 * addresses, routes, neighbours and settings, a pidfd that its process has ended. What of the store
 * changed is read again after a moment, as more of it follows; what of the kernel did is only
 * noted, as one comparison is enough for any number of changes. More of the kernel is heard no
 * sooner than it is looked at: whatever goes on out there wakes nobody more often than that.
 */
#include "watch/ears.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/note.h"
#include "base/text.h"
#include "filter/hear.h"
#include "net/changes.h"
#include "watch/recall.h"

#define SETTLE_MS 50	 /* after something was told: more of it follows */
#define ENDED_MS 300	 /* after the end of a process: its engine's hook detaches it */
#define AGAIN_MS 1000	 /* before what could not be read is read again */
#define ENDS_IN_TURN 16	 /* namespaces without a descriptor that are looked at in a second */
#define UNHEARD_MS 10000 /* between two readings of a store that cannot be listened to */
#define PENDING_MOST 512

/* What of the store is to be read again, and when. */
struct pending {
	struct pending *next;
	int64_t at;
	struct in6_addr address; /* whose lease changed; for the others :: and an ident */
	char ident[];
};

static void soon(int64_t *at, int64_t when)
{
	if (when < *at)
		*at = when;
}

/* Something is in doubt: it is looked at when it has settled. */
static void doubt(struct ears *h)
{
	soon(&h->doubt_at, clock_ms() + SETTLE_MS);
}

/* Has one read again. @ident: or null, and an address instead */
static void read_soon(struct ears *h, const char *ident, const struct in6_addr *address,
		      unsigned int ms)
{
	const char *name = ident ? ident : "";
	struct in6_addr of = address ? *address : in6addr_any;
	int64_t at = clock_ms() + ms;
	struct pending *p;

	for (p = h->pending; p; p = p->next)
		if (memcmp(&p->address, &of, sizeof(of)) == 0 && strcmp(p->ident, name) == 0) {
			soon(&p->at, at);
			return;
		}
	p = h->pending_count < PENDING_MOST ? calloc(1, sizeof(*p) + strlen(name) + 1) : NULL;
	if (!p) {
		soon(&h->reload_at, at);
		return;
	}
	strcpy(p->ident, name);
	p->address = of;
	p->at = at;
	p->next = h->pending;
	h->pending = p;
	h->pending_count++;
}

static void on_store_change(const struct lease_change *c, void *arg)
{
	struct ears *h = arg;

	h->changes++;
	if (c->what == LEASE_CHANGE_ALL) {
		soon(&h->reload_at, clock_ms() + SETTLE_MS);
		h->deaf = true;
	} else if (c->what == LEASE_CHANGE_LEASE) {
		read_soon(h, NULL, &c->address, SETTLE_MS);
	} else {
		read_soon(h, c->ident, NULL, SETTLE_MS);
	}
	/* an address that was given up may be made ready when it has rested */
	h->doubt.ready = true;
	soon(&h->rest_at, clock_ms() + (int64_t)h->context->config->hold_s * 1000 + 1500);
}

/* Hears what the store tells. */
static void hear_store(struct ears *h)
{
	if (h->store >= 0)
		h->context->store->ops->heard(h->context->store, on_store_change, h);
}

static void on_store(int fd, void *arg)
{
	(void)fd;
	hear_store(arg);
}

static void on_end(int fd, void *arg)
{
	struct ears *h = arg;
	struct kept_entry *entry = kept_by_fd(h->kept, fd);

	if (entry) {
		read_soon(h, entry->ident, NULL, ENDED_MS);
		kept_leave(h->kept, entry);
	}
	/* it stays readable */
	loop_remove(h->loop, fd);
}

/* Whether a link is like it was when it was heard of last. */
static bool is_known(struct ears *h, const struct link *l)
{
	uint64_t state = text_hash(l->name, (uint64_t)l->master << 2 | (uint64_t)l->up << 1 |
						    (uint64_t)l->carrier);
	size_t i = 0;

	for (size_t k = 0; k < sizeof(l->mac); k++)
		state = state * 31 + l->mac[k];
	while (i < h->link_count && h->links[i].ifindex != l->ifindex)
		i++;
	if (i < h->link_count && h->links[i].state == state)
		return true;
	if (i == EARS_LINKS)
		i = h->link_count = 0;
	if (i == h->link_count)
		h->link_count++;
	h->links[i] = (struct ears_link){ l->ifindex, state };
	return false;
}

static void on_link(struct ears *h, const struct change *c)
{
	bool used = compare_uses(&h->compare, &c->link);
	bool veth = strcmp(c->link.kind, "veth") == 0;

	/* with a namespace its ports go */
	if (c->gone && veth) {
		h->doubt.ends = true;
		doubt(h);
	}
	if (veth && kept_minds(h->kept, &c->link, c->gone)) {
		h->doubt.odd = true;
		doubt(h);
	}
	if ((veth && !used) || (!c->gone && is_known(h, &c->link)))
		return;
	h->link_count = c->gone ? 0 : h->link_count;
	compare_forget_links(&h->compare);
	h->doubt.all = h->doubt.ways = h->doubt.ready = true;
	doubt(h);
}

static void on_change(const struct change *c, void *arg)
{
	struct ears *h = arg;

	switch (c->what) {
	case CHANGE_ALL:
		ears_doubt(h);
		return;
	case CHANGE_LINK:
		on_link(h, c);
		return;
	case CHANGE_ADDRESS:
		if (compare_uses(&h->compare, &c->link))
			h->doubt.ways = true;
		else if (IN6_IS_ADDR_LINKLOCAL(&c->address))
			return;
		h->doubt.ready = true;
		break;
	case CHANGE_ROUTE:
		if (c->ours)
			h->doubt.all = true;
		else if (c->length == 128 && kept_find(h->kept, &c->address))
			h->doubt.odd = true;
		else
			h->doubt.ready = true;
		break;
	case CHANGE_NEIGHBOUR:
		h->doubt.all = true;
		break;
	case CHANGE_RULE:
		h->doubt.odd = true;
		break;
	case CHANGE_SETTING:
		if (c->link.ifindex > 0 && !compare_uses(&h->compare, &c->link))
			return;
		h->doubt.ways = h->doubt.ready = true;
		break;
	}
	doubt(h);
}

static void on_kernel(int fd, void *arg)
{
	struct ears *h = arg;

	changes_take(fd, on_change, h);
	/* whatever goes on out there wakes nobody before that is looked at */
	loop_hold(h->loop, fd, true);
	soon(&h->listen_at, clock_ms() + SETTLE_MS);
}

/* Hears what changes in the filters. Not every kernel has any. */
static void on_filter(int fd, void *arg)
{
	struct ears *h = arg;
	const unsigned int heard = hear_take(fd);

	if (heard & HEARD_OURS) {
		h->doubt.guard = true;
		h->guard_told = clock_ms();
	}
	h->doubt.walls |= (heard & HEARD_OTHERS) != 0;
	if (heard)
		doubt(h);
}

static void listen_again(struct ears *h)
{
	h->listen_at = EARS_NEVER;
	changes_take(h->kernel, on_change, h);
	loop_hold(h->loop, h->kernel, false);
}

/* Reads again what is due. */
static void read_pending(struct ears *h, int64_t now)
{
	for (struct pending **at = &h->pending; *at;) {
		struct pending *p = *at;

		if (p->at > now) {
			at = &p->next;
			continue;
		}
		h->doubt.odd |=
			*p->ident ? recall(h->kept, p->ident) : recall_lease(h->kept, &p->address);
		/* it may have something in the kernel now, or nothing any more */
		h->doubt.all = true;
		doubt(h);
		*at = p->next;
		h->pending_count--;
		free(p);
	}
}

static void drop_pending(struct ears *h)
{
	while (h->pending) {
		struct pending *next = h->pending->next;

		free(h->pending);
		h->pending = next;
	}
	h->pending_count = 0;
}

/* Listens to the store, or does so anew. Returns 0 or -errno. */
static int listen_to_store(struct ears *h, struct error *e)
{
	struct lease_store *s = h->context->store;
	int fd, r = s->ops->listen(s, &fd, e);

	if (r < 0 || fd == h->store)
		return r;
	h->store = fd;
	r = loop_add(h->loop, fd, on_store, h);
	return r < 0 ? error_sys(e, r, "cannot listen to the store") : 0;
}

/* Reads all records anew: some have changed of which nothing was told. */
static void reload(struct ears *h, int64_t now)
{
	struct error e;
	int r;

	h->reload_at = EARS_NEVER;
	h->deaf = false;
	h->changes++;
	r = listen_to_store(h, &e);
	if (r == -EMFILE || r == -ENFILE || r == -ENOSPC || r == -ENOMEM) {
		/* every now and then it is read instead */
		note(NOTE_STATE, "%s: see fs.inotify.max_user_instances", e.text);
		h->reload_at = now + UNHEARD_MS;
		r = 0;
	}
	if (r == 0) {
		drop_pending(h);
		r = recall_all(h->kept, &e);
	}
	if (r == 0) {
		ears_doubt(h);
		return;
	}
	h->deaf = true;
	h->reload_at = now + AGAIN_MS;
}

int64_t ears_act(struct ears *h, int64_t now)
{
	int64_t next;

	if (now >= h->listen_at)
		listen_again(h);
	if (now >= h->rest_at) {
		h->rest_at = EARS_NEVER;
		h->doubt.ready = true;
	}
	if (!h->deaf)
		read_pending(h, now);
	if (now >= h->reload_at)
		reload(h, now);
	next = h->rest_at;
	soon(&next, h->listen_at);
	soon(&next, h->reload_at);
	for (const struct pending *p = h->deaf ? NULL : h->pending; p; p = p->next)
		soon(&next, p->at);
	return next;
}

void ears_tick(struct ears *h)
{
	/* a directory that was replaced, or is there again */
	hear_store(h);
	if (!h->deaf)
		h->doubt.odd |= recall_ended(h->kept, ENDS_IN_TURN);
}

void ears_doubt(struct ears *h)
{
	compare_forget_links(&h->compare);
	h->link_count = 0;
	h->doubt = (struct doubt){ true, true, true, true, true, true, true };
	doubt(h);
}

int ears_open(struct ears *h, struct error *e)
{
	int r;

	h->store = h->filter = -1;
	h->doubt_at = h->rest_at = h->listen_at = EARS_NEVER;
	h->kept = kept_new(h->context, h->loop, on_end, h);
	h->kernel = changes_open();
	r = h->kept && h->kernel >= 0 ? loop_add(h->loop, h->kernel, on_kernel, h) : -errno;
	if (r < 0)
		error_sys(e, r, "cannot listen to the kernel");
	h->filter = r == 0 ? hear_open() : -1;
	if (h->filter >= 0)
		r = loop_add(h->loop, h->filter, on_filter, h);
	if (r == 0)
		r = compare_open(&h->compare, h->kept, e);
	if (r == 0)
		h->kept->host = h->compare.nl;
	/* the store is listened to and read at once */
	h->reload_at = 0;
	return r;
}

void ears_close(struct ears *h)
{
	drop_pending(h);
	compare_release(&h->compare);
	if (h->kept)
		kept_free(h->kept);
	loop_remove(h->loop, h->store);
	loop_remove(h->loop, h->kernel);
	loop_remove(h->loop, h->filter);
	cleanup_close(&h->kernel);
	cleanup_close(&h->filter);
}
