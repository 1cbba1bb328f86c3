/* Who is attached, as the service knows it by heart: which address, by which way, whose process. */
#include "watch/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"

struct kept *kept_new(const struct context *c, struct loop *loop, loop_handler ended, void *arg)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (k) {
		k->c = c;
		k->loop = loop;
		k->ended = ended;
		k->arg = arg;
	}
	return k;
}

void kept_leave(struct kept *k, struct kept_entry *entry)
{
	loop_remove(k->loop, entry->inside.fd);
	cleanup_close(&entry->inside.fd);
	entry->inside.fd = -1;
}

static void drop(struct kept *k, struct kept_entry *entry)
{
	if (entry->live)
		k->ways[entry->way].users--;
	kept_leave(k, entry);
	loop_remove(k->loop, entry->pidfd);
	cleanup_close(&entry->pidfd);
	free(entry->netns_path);
	free(entry);
}

void kept_free(struct kept *k)
{
	for (size_t i = 0; i < k->count; i++) {
		free(k->list[i]->netns_path);
		free(k->list[i]);
	}
	free(k->list);
	free(k->ways);
	free(k);
}

/* Where the first one belongs that has the address, or would have it. */
static size_t place_of(const struct kept *k, const struct in6_addr *address)
{
	size_t from = 0, to = k->count;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (memcmp(&k->list[middle]->address, address, sizeof(*address)) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

struct kept_entry *kept_find(const struct kept *k, const struct in6_addr *address)
{
	size_t at = place_of(k, address);

	return at < k->count && k->list[at]->live &&
			       memcmp(&k->list[at]->address, address, sizeof(*address)) == 0
		       ? k->list[at]
		       : NULL;
}

bool kept_minds(const struct kept *k, const struct link *link, bool gone)
{
	for (size_t i = 0; i < k->count; i++) {
		const struct kept_entry *entry = k->list[i];
		const struct kept_way *w = entry->live ? &k->ways[entry->way] : NULL;

		/* one that is gone may have been moved there, of which no more is told */
		if (entry->waits && (gone || link->peer_nsid == entry->nsid))
			return true;
		if (w && entry->port == link->ifindex &&
		    (gone || (link->master && w->via_index && link->master != w->via_index)))
			return true;
	}
	return false;
}

bool kept_misses_port(const struct kept *k, const struct attachment *a)
{
	struct link port;
	int r;

	if (!k->host || !a->port)
		return false;
	r = link_by_index(k->host, a->port, &port);
	return r == -ENODEV ||
	       (r == 0 && port.master && port.master != (int)if_nametoindex(a->bridge));
}

struct kept_entry *kept_by_fd(const struct kept *k, int fd)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->list[i]->pidfd == fd || k->list[i]->inside.fd == fd)
			return k->list[i];
	return NULL;
}

bool kept_is_way(const struct kept_way *w, const struct attachment *a)
{
	return strcmp(w->via, a->bridge) == 0 && strcmp(w->uplink, a->uplink) == 0 &&
	       w->routed == a->routed;
}

/* The number of the way, which gets one user more; -1 without memory. */
static int use_way(struct kept *k, const struct attachment *a)
{
	size_t at = k->way_count;
	struct kept_way *larger;

	for (size_t i = 0; i < k->way_count; i++) {
		struct kept_way *w = &k->ways[i];

		if (!w->users) {
			at = i;
		} else if (kept_is_way(w, a)) {
			w->users++;
			return (int)i;
		}
	}
	if (at == k->way_count) {
		larger = reallocarray(k->ways, k->way_count + 1, sizeof(*larger));
		if (!larger)
			return -1;
		k->ways = larger;
		k->way_count++;
	}
	k->ways[at] = (struct kept_way){ .routed = a->routed, .users = 1 };
	memcpy(k->ways[at].via, a->bridge, sizeof(a->bridge));
	memcpy(k->ways[at].uplink, a->uplink, sizeof(a->uplink));
	return (int)at;
}

struct kept_entry *kept_add(struct kept *k, const char *ident, const struct attachment *a,
			    const struct in6_addr *address, bool live)
{
	struct kept_entry *entry = calloc(1, sizeof(*entry) + strlen(ident) + 1), **larger;
	size_t at = place_of(k, address);
	int way = 0;

	if (k->count == k->room) {
		larger = reallocarray(k->list, 2 * k->room + 8, sizeof(*larger));
		if (!larger) {
			free(entry);
			return NULL;
		}
		k->list = larger;
		k->room = 2 * k->room + 8;
	}
	if (entry && live)
		way = use_way(k, a);
	if (!entry || way < 0) {
		free(entry);
		return NULL;
	}
	strcpy(entry->ident, ident);
	entry->address = *address;
	entry->way = (unsigned int)way;
	entry->live = live;
	entry->pidfd = -1;
	entry->pid = a->pid;
	entry->netns_dev = a->netns_dev;
	entry->netns_inode = a->netns_inode;
	entry->started = a->started;
	memcpy(entry->mac, a->mac, sizeof(entry->mac));
	entry->inside.fd = -1;
	entry->netns_path = a->pid || !*a->netns_path ? NULL : strdup(a->netns_path);
	entry->port = live ? a->port : 0;
	entry->since = clock_ms();
	memmove(k->list + at + 1, k->list + at, (k->count++ - at) * sizeof(*k->list));
	k->list[at] = entry;
	return entry;
}

void kept_expect(struct kept *k, const char *ident)
{
	for (size_t i = 0; i < k->count; i++)
		k->list[i]->stale |= !ident || strcmp(k->list[i]->ident, ident) == 0;
}

void kept_sweep(struct kept *k, const char *ident)
{
	size_t left = 0;

	for (size_t i = 0; i < k->count; i++)
		if (k->list[i]->stale && (!ident || strcmp(k->list[i]->ident, ident) == 0))
			drop(k, k->list[i]);
		else
			k->list[left++] = k->list[i];
	k->count = left;
}
