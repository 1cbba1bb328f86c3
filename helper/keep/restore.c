/*
 * Giving many containers the host's side of their attachments back at once.
 *
 * Theory of operation: an uplink that goes down takes all its proxy entries along, a bridge all its
 * routes and neighbours. To attach each container anew is to look for its lease, its port and its
 * way out, and to set it up inside, all of which is as it was. So only what makes sure of that is
 * asked for each: its record is the one that was judged, its instance lives, its port is on the
 * bridge with the recorded MAC, and it has the address and the route. The kernel is told in few
 * messages then. The container's lock is held from before the first question until it is reached
 * again, and the host's settings are held as they are, as in an attach. Whatever turns out to be
 * otherwise, or fails, is an attach's: it is judged again, alone.
 */
#include "keep/restore.h"

#include <linux/if_addr.h>
#include <string.h>
#include <strings.h>

#include "base/note.h"
#include "keep/answered.h"
#include "known/living.h"
#include "net/address.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/port.h"
#include "net/route.h"

/* Locks one container, unless somebody else has it. Returns 0 or -errno. */
static int hold(struct restore *r, const char *ident)
{
	struct lease_store *s = r->judge->c->store;
	struct error ignored;

	return r->locks < 0 ? s->ops->lock(s, LOCK_CONTAINER, ident, false, 0, &r->locks, &ignored)
			    : s->ops->lock_too(s, ident, 0, r->locks);
}

/* Whether the container's end is up, has the address, and leads elsewhere by the gateway. */
static bool is_whole_inside(struct nl_sock *inner, const struct port *port,
			    const struct in6_addr *address, const struct in6_addr *gateway)
{
	/* any address that is surely elsewhere: the look-up sends nothing */
	const struct in6_addr anywhere = { .s6_addr = { 0x20 } };
	struct address found;
	struct route route;

	return port->up && address_get(inner, address, port->inner, &found) == 1 &&
	       !(found.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) &&
	       route_lookup(inner, &anywhere, &route) == 0 && route.ifindex == port->inner &&
	       route.has_gateway && memcmp(&route.gateway, gateway, sizeof(*gateway)) == 0;
}

/* Whether the container's neighbour for the gateway has the bridge's MAC, which may be another now.
 */
static bool knows_gateway(struct restore *r, struct nl_sock *inner, const struct port *port)
{
	unsigned char mac[6];

	if (r->via.ifindex != port->via &&
	    link_by_index(r->judge->look->host, port->via, &r->via) < 0)
		return false;
	return r->via.has_mac &&
	       neigh_is_marked(inner, &r->judge->c->config->gateway, port->inner, mac) == 1 &&
	       memcmp(mac, r->via.mac, sizeof(mac)) == 0;
}

/* Whether all that an attach would see to but the host's side is as recorded, and stays so. */
static enum restored prepare(struct restore *r, struct restore_one *o)
{
	const struct attachment *a = o->holder->attachment;
	const struct context *c = r->judge->c;
	struct lease_store *s = c->store;
	_nl_sock_ struct nl_sock *inner = NULL;
	const struct link *outer = veths_at(&r->judge->veths, a->port);
	struct error ignored;
	struct port port;
	int known;

	if (hold(r, o->holder->ident) < 0)
		return RESTORE_AGAIN;
	known = s->ops->unchanged(s, o->holder->ident, a);
	if (known == 0)
		return RESTORE_LEFT;
	if (known < 0 || !outer || living_open(a, &o->netns, &ignored) != 1 ||
	    netns_nl_open(&o->netns, &inner, &ignored) < 0 ||
	    !port_is_still(r->judge->look->host, inner, &o->netns, outer, &port) ||
	    port.via != o->verdict.via || memcmp(port.mac, a->mac, sizeof(port.mac)) != 0 ||
	    !is_whole_inside(inner, &port, &o->holder->address, &c->config->gateway) ||
	    !knows_gateway(r, inner, &port))
		return RESTORE_AGAIN;
	o->step = (struct plan_step){
		.address = o->holder->address,
		.uplink = a->routed ? 0 : o->verdict.uplink.ifindex,
		.via = port.via,
	};
	memcpy(o->step.mac, port.mac, sizeof(o->step.mac));
	if (plan_step_look(r->judge->look, &o->step) < 0 || !o->step.lacks)
		return RESTORE_AGAIN;
	o->verdict.why = marked_name((enum marked_kind)(ffs((int)o->step.lacks) - 1));
	return RESTORE_WAITS;
}

/* Leaves those that failed, or whose instances are gone, to be judged again. Returns the others. */
static size_t sift(struct restore *r, struct plan_step *steps[PLAN_MOST])
{
	struct error ignored;
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct restore_one *o = &r->list[i];

		if (o->state != RESTORE_WAITS)
			continue;
		if (o->step.failed || netns_check(&o->netns, &ignored) < 0)
			o->state = RESTORE_AGAIN;
		else
			steps[count++] = &o->step;
	}
	return count;
}

/* Tells the link that the address is here, and the user what will keep packets away all the same.
 */
static void tell(struct restore *r, const struct restore_one *o)
{
	struct judge *j = r->judge;
	const struct uplink *u = &o->verdict.uplink;
	const struct holder *h = o->holder;
	char warning[REACH_MAX];
	struct in6_addr source;
	struct error error;

	if (!h->attachment->routed && u->has_mac &&
	    uplink_source(j->look->host, &j->own, u->ifindex, j->c->config->announce_link_local,
			  &source) > 0 &&
	    answered_announce(j->c, u->ifindex, u->mac, &source, &h->address, &error) < 0)
		note(NOTE_WARNING, "cannot announce the address: %s", error.text);
	r->reach.c = j->c;
	r->reach.opens = true;
	r->reach.nl = j->look->host;
	r->reach.own = &j->own;
	r->reach.routed = h->attachment->routed;
	r->reach.uplink = h->attachment->uplink;
	r->reach.bridge = h->attachment->bridge;
	reach_doubt(&r->reach, &h->address, warning, sizeof(warning));
	if (*warning)
		note(NOTE_WARNING, "%s is attached, but %s", h->ident, warning);
}

/* What failed before has been done now, so that list tells of it no more. */
static void forget_failure(struct restore *r, const struct holder *h)
{
	struct lease_store *s = r->judge->c->store;
	struct attachment now = *h->attachment;
	struct error ignored;

	if (!*now.error || strstr(now.error, LEASE_ANSWERED))
		return;
	*now.error = '\0';
	s->ops->attach(s, h->ident, &now, &ignored);
}

void restore_all(struct restore *r)
{
	struct lease_store *s = r->judge->c->store;
	struct plan_step *steps[PLAN_MOST];
	struct error ignored;

	r->via.ifindex = 0;
	for (size_t i = 0; i < r->count; i++)
		r->list[i].state = prepare(r, &r->list[i]);
	/* so that nobody takes settings back that this relies on */
	if (r->host_lock < 0) {
		s->ops->lock(s, LOCK_HOST, NULL, true, CONTEXT_WAIT_MS, &r->host_lock, &ignored);
		judge_doubt(r->judge);
	}
	for (size_t i = 0; i < r->count; i++)
		r->list[i].step.failed =
			r->host_lock < 0 || !judge_settled(r->judge, r->list[i].holder->attachment);
	plan_lead(r->judge->look->host, steps, sift(r, steps));
	plan_open(r->judge->look->host, steps, sift(r, steps));
	sift(r, steps);
	for (size_t i = 0; i < r->count; i++) {
		struct restore_one *o = &r->list[i];

		if (o->state == RESTORE_WAITS) {
			o->state = RESTORE_DONE;
			forget_failure(r, o->holder);
			tell(r, o);
		}
		netns_release(&o->netns);
	}
	cleanup_close(&r->locks);
	r->locks = -1;
}

bool restore_add(struct restore *r, struct holder *h, const struct verdict *v)
{
	r->list[r->count++] = (struct restore_one){
		.holder = h,
		.verdict = *v,
		.netns = NETNS_NONE,
	};
	if (r->count < PLAN_MOST)
		return false;
	restore_all(r);
	return true;
}
