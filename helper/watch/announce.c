/*
 * Announces what is attached again: after a link has been gone for a moment, and regularly.
 *
 * Theory of operation: a router that never solicits, or whose cache is lost with its link, learns
 * from unsolicited advertisements only (RFC 4861, 7.2.6). What is attached is what the kernel has a
 * marked proxy entry and a marked route for; no lease is read. That list is made once a round, and
 * the round is spread over its time, a slice at each turn, so that many containers are no burst and
 * no work to speak of. Before an address is announced the kernel is asked whether its proxy entry
 * is there still: it may be another host's by now. A link that has got its carrier back is told by
 * the kernel's count of that, whatever events were missed; then all is announced as often as an
 * address that changes (RFC 4861, 10: MAX_NEIGHBOR_ADVERTISEMENT).
 */
#include "watch/announce.h"

#include <string.h>

#include "base/clock.h"
#include "base/note.h"
#include "keep/answered.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/uplink.h"
#include "wire/nl.h"

#define HURRIED 3	  /* rounds after a link came back */
#define HURRIED_MS 1000	  /* and how long each takes */
#define SLICE_MS 1000	  /* between two turns of a regular round */
#define HURRIED_SLICE 100 /* and of a hurried one */
#define LOOK_MS 1000	  /* between two looks at the uplinks, */
#define LISTED_MS 60000	  /* and two at which they are, if nothing is announced regularly */

void announcer_release(struct announcer *a)
{
	marked_release(&a->round);
	cleanup_nl_sock(&a->nl);
}

static struct announce_link *link_of(struct announcer *a, int ifindex)
{
	for (size_t i = 0; i < a->link_count; i++)
		if (a->links[i].ifindex == ifindex)
			return &a->links[i];
	return NULL;
}

/* Takes the link among the uplinks, with the address that it is announced from. */
static void add_link(struct announcer *a, struct host_addresses *own, const struct context *c,
		     int ifindex)
{
	struct announce_link *l = link_of(a, ifindex);
	struct link link;

	if (!l) {
		if (a->link_count == ANNOUNCE_LINKS || link_by_index(a->nl, ifindex, &link) < 0)
			return;
		l = &a->links[a->link_count++];
		*l = (struct announce_link){ .ifindex = ifindex, .ups = link.carrier_ups };
	}
	l->has_source =
		uplink_source(a->nl, own, ifindex, c->config->announce_link_local, &l->source) == 1;
}

/* Lists what is to be announced, and the uplinks of it. Returns 0 or -errno. */
static int list(struct announcer *a, const struct context *c, int64_t now)
{
	_host_addresses_ struct host_addresses own = { 0 };
	struct marked all = { 0 };
	struct error ignored;
	size_t count = 0;
	int last = 0, r = marked_read(a->nl, &all, &ignored);

	host_addresses_begin(a->nl, &own);
	/* one address's entries stand together, the proxy entry first; one that is kept ready for a
	 * container to come has no route */
	for (size_t i = 0; r == 0 && i + 1 < all.count; i++) {
		const struct marked_entry entry = all.list[i];

		if (entry.kind != MARKED_PROXY || all.list[i + 1].kind != MARKED_ROUTE ||
		    memcmp(&all.list[i + 1].address, &entry.address, sizeof(entry.address)) != 0)
			continue;
		if (entry.ifindex != last)
			add_link(a, &own, c, entry.ifindex);
		last = entry.ifindex;
		all.list[count++] = entry;
	}
	all.count = count;
	marked_release(&a->round);
	a->round = all;
	a->done = 0;
	a->listed = now;
	return r;
}

/* Whether one of the uplinks has got its carrier back since it was looked at. */
static bool came_back(struct announcer *a)
{
	size_t left = 0;
	bool back = false;
	struct link link;

	for (size_t i = 0; i < a->link_count; i++) {
		struct announce_link *l = &a->links[i];

		if (link_by_index(a->nl, l->ifindex, &link) < 0)
			continue;
		back |= link.carrier && link.carrier_ups != l->ups;
		if (link.carrier)
			l->ups = link.carrier_ups;
		a->links[left++] = *l;
	}
	a->link_count = left;
	return back;
}

/* Announces the next of the round. */
static void announce_one(struct announcer *a, const struct context *c)
{
	const struct marked_entry *entry = &a->round.list[a->done++];
	const struct announce_link *l = link_of(a, entry->ifindex);
	struct error error;
	struct link link;

	if (!l || !l->has_source || proxy_is_marked(a->nl, &entry->address, entry->ifindex) != 1 ||
	    link_by_index(a->nl, entry->ifindex, &link) < 0 || !link.carrier || !link.has_mac)
		return;
	if (answered_announce(c, entry->ifindex, link.mac, &l->source, &entry->address, &error) < 0)
		note(NOTE_WARNING, "cannot announce an address again: %s", error.text);
}

/* Announces what is due by now. */
static void announce_due(struct announcer *a, const struct context *c, int64_t now)
{
	while (a->done < a->round.count &&
	       a->begun + a->lasts * (int64_t)a->done / (int64_t)a->round.count <= now)
		announce_one(a, c);
}

/* Looks after the uplinks. Returns whether one has come back. */
static bool look(struct announcer *a, const struct context *c, int64_t now)
{
	if (now < a->looked + LOOK_MS)
		return false;
	a->looked = now;
	if (came_back(a))
		return true;
	/* a round lists them anyway */
	if (!a->link_count ||
	    (!a->hurried && !c->config->announce_s && now >= a->listed + LISTED_MS)) {
		list(a, c, now);
		a->done = a->round.count;
	}
	return false;
}

int64_t announce_again(struct announcer *a, const struct context *c)
{
	const int64_t now = clock_ms(), every = c->config->announce_s * INT64_C(1000);
	bool over = now >= a->begun + a->lasts;
	struct error ignored;
	int64_t next;

	if (!a->nl && nl_open(&a->nl, &ignored) < 0)
		return INT64_MAX;
	announce_due(a, c, now);
	if (over && a->hurried)
		a->hurried--;
	if (look(a, c, now)) {
		a->hurried = HURRIED;
		over = true;
	}
	if (!a->hurried && !every)
		return INT64_MAX;
	if (over && list(a, c, now) == 0) {
		a->begun = now;
		a->lasts = a->hurried ? HURRIED_MS : every;
		announce_due(a, c, now);
	}
	next = a->done == a->round.count ? a->begun + a->lasts
					 : now + (a->hurried ? HURRIED_SLICE : SLICE_MS);
	return next > now ? next : now + SLICE_MS;
}
