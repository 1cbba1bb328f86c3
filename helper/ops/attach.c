/*
 * attach: gives a running container its address and makes it reachable.
 *
 * Theory of operation: the order is what makes it quick and safe. The container is pinned first, so
 * that every step lands in this instance or nowhere. The lease is durable before the network is
 * told. The container's side comes before the proxy entry, which is last: the other way round the
 * router's first packet arrives while nobody answers on the bridge, and waits a second. Each step
 * records what it changed; the one ladder at the end takes that back in reverse.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "base/text.h"
#include "net/across.h"
#include "net/address.h"
#include "net/container.h"
#include "net/host.h"
#include "net/link.h"
#include "net/ndisc.h"
#include "net/neigh.h"
#include "net/route.h"
#include "net/sysctl.h"
#include "ops/verbs.h"
#include "policy/beside.h"
#include "policy/choose.h"
#include "policy/former.h"
#include "policy/guarded.h"
#include "policy/locate.h"
#include "policy/onlink.h"
#include "policy/place.h"
#include "policy/resolve.h"
#include "policy/waiting.h"
#include "policy/word.h"
#include "wire/nl.h"

/* Everything one attach holds; released as a whole. */
struct attach {
	struct context *c;
	struct instance instance;
	char ident[IDENT_TEXT_MAX];
	char place[IDENT_PLACE_MAX]; /* as its record keeps it */
	int lock, host_lock;
	struct located at;
	struct given given;
	struct choice choice;
	struct attachment before; /* as recorded before this call */
	bool had_before;
	bool recorded; /* this call wrote a record, */
	int64_t since; /* of this time */
	bool changed;  /* or anything else */
	bool guarded;  /* this call has set its guard */
};

static void attach_release(struct attach *a)
{
	cleanup_close(&a->host_lock);
	located_release(&a->at);
	cleanup_close(&a->lock);
}

/* Whether a record of this boot is of the instance that is attached now. */
static bool is_same_instance(const struct attach *a, const struct attachment *b)
{
	return strcmp(b->boot_id, a->c->boot_id) == 0 && b->netns_dev == a->at.netns.dev &&
	       b->netns_inode == a->at.netns.inode &&
	       (!b->started || !a->at.netns.started || b->started == a->at.netns.started);
}

/*
 * Finds out which place it fills: nobody tells of an instance whose place is known. One that has
 * no lease, and no address of its own to come, has that of the one before it. Returns 0 or -errno.
 */
static int take_place(struct attach *a, const struct request *q, struct error *e)
{
	const struct config_container *said = config_container(a->c->config, a->ident);
	struct lease lease;
	int r;

	if (q->place || *a->instance.place)
		place_keep(q->place ? q->place : a->instance.place, a->place);
	/* whose labels never change */
	else if (a->had_before && (is_same_instance(a, &a->before) ||
				   (q->instance && strcmp(q->instance, a->before.instance) == 0)))
		memcpy(a->place, a->before.place, sizeof(a->place));
	if (!*a->place || q->has_address || (said && said->has_address))
		return 0;
	r = a->c->store->ops->find(a->c->store, a->ident, &lease, e);
	if (r == 0)
		r = place_take_over(a->c, a->ident, a->place, e);
	return r < 0 ? r : 0;
}

static int choose(struct attach *a, const struct request *q, struct error *e)
{
	const struct choose choose = {
		.c = a->c,
		.host = a->at.host,
		.inner = a->at.inner,
		.port = &a->at.port,
		.own = &a->at.own,
		.ident = a->ident,
		.owner = a->instance.ident.owner,
		.addresses = q->allowance ? q->allowance->addresses : UINT_MAX,
		.asked = q->has_address ? &q->address : NULL,
		.label = q->label,
		.given = &a->given,
		.known = q->known,
		.before = a->had_before ? &a->before : NULL,
		.stays = q->word < WORD_ROOT && a->had_before &&
					 attachment_is_live(&a->before, a->c->boot_id) &&
					 is_same_instance(a, &a->before)
				 ? &a->before
				 : NULL,
	};
	int r = given_read(q, &a->instance, a->at.inner, &a->at.port, &a->given, e);

	if (r == 0)
		r = choose_lease(&choose, &a->choice, e);
	/* the gateway's address would be the router's own there */
	if (r == 0 && a->choice.uplink.ifindex == a->at.port.via) {
		choose_undo(a->c, &a->choice);
		return error_set(e, STATUS_FAILED, -EINVAL,
				 "its bridge %s is the uplink itself: the router reaches it there "
				 "without v6hook",
				 a->at.port.via_name);
	}
	return r;
}

/* The path as it is found from everywhere; "" for none, or one that does not fit. */
static void absolute(const char *path, char *out, size_t size)
{
	_free_ char *here = path && *path != '/' ? getcwd(NULL, 0) : NULL;
	int n = snprintf(out, size, "%s%s%s", here ? here : "", here ? "/" : "", path ? path : "");

	if (n < 0 || (size_t)n >= size || !text_is_utf8(out, (size_t)n))
		*out = '\0';
}

/* What its engine gave it besides, which its port may send from, too. */
static void also_given(const struct attach *a, const struct request *q, struct attachment *ret)
{
	const struct given *g = &a->given;

	/* what is not known now is as it was */
	if (!g->asked && a->had_before && !a->before.ended && a->before.port == ret->port &&
	    is_same_instance(a, &a->before)) {
		memcpy(ret->also, a->before.also, sizeof(ret->also));
		ret->also_count = a->before.also_count;
		ret->expose = a->before.expose;
		ret->published = a->before.published;
		return;
	}
	ret->expose = q->expose ? *q->expose : a->instance.expose;
	ret->published = q->published ? *q->published : a->instance.published;
	/* nobody has said so: nothing is opened */
	if (ret->published.word == EXPOSE_UNSAID && strcmp(a->instance.ident.runtime, "lxc") != 0)
		ret->published.word = EXPOSE_NONE;
	if (g->has_ipv4)
		ret->also[ret->also_count++] = g->ipv4;
	for (int i = 0; i < g->count && ret->also_count < ATTACHMENT_ALSO_MAX; i++)
		if (memcmp(&g->list[i], &ret->address, sizeof(ret->address)) != 0)
			ret->also[ret->also_count++] = g->list[i];
}

/* Whether the bridge has the address on-link. */
static bool is_on_link(struct attach *a, const struct in6_addr *address)
{
	if (host_addresses_of(&a->at.own, a->at.port.via) < 0)
		return false;
	for (size_t i = 0; i < a->at.own.count; i++)
		if (a->at.own.list[i].ifindex == a->at.port.via &&
		    in_prefix(address, &a->at.own.list[i].address, a->at.own.list[i].length))
			return true;
	return false;
}

/* Whether both say the same of which ports others may reach. */
static bool is_same_exposure(const struct attachment *a, const struct attachment *b)
{
	return memcmp(&a->expose, &b->expose, sizeof(a->expose)) == 0 &&
	       memcmp(&a->published, &b->published, sizeof(a->published)) == 0;
}

/* Whether both say the same of what the port may send from. */
static bool is_same_guard(const struct attachment *a, const struct attachment *b)
{
	return a->on_link == b->on_link && a->also_count == b->also_count &&
	       memcmp(a->also, b->also, sizeof(a->also[0]) * (size_t)a->also_count) == 0;
}

/*
 * Records which instance is attached, unless that is known already. Not durable. Without it
 * reconcile would take what is in the kernel for nobody's, but for a store that cannot be written
 * at all. Stale entries of the former place are removed. @ret: what is recorded. Returns 0 or
 * -errno.
 */
static int record(struct attach *a, const struct request *q, struct attachment *ret,
		  struct error *e)
{
	struct attachment now = {
		.pid = a->instance.pid,
		.netns_dev = a->at.netns.dev,
		.netns_inode = a->at.netns.inode,
		.started = a->at.netns.started,
		.routed = a->choice.pool->routed,
		.port = a->at.port.outer,
		.since = time(NULL),
	};
	const struct attachment *old = &a->before;
	struct link link;
	int r;

	snprintf(now.instance, sizeof(now.instance), "%s",
		 q->instance ? q->instance : a->instance.id);
	if (!*now.instance && a->had_before && old->netns_inode == now.netns_inode)
		memcpy(now.instance, old->instance, sizeof(now.instance));
	absolute(q->netns, now.netns_path, sizeof(now.netns_path));
	memcpy(now.mac, a->at.port.mac, sizeof(now.mac));
	memcpy(now.place, a->place, sizeof(now.place));
	memcpy(now.boot_id, a->c->boot_id, sizeof(now.boot_id));
	now.address = a->choice.lease.address;
	now.has_address = true;
	memcpy(now.bridge, a->at.port.via_name, sizeof(now.bridge));
	memcpy(now.uplink, a->choice.uplink.name, sizeof(now.uplink));
	also_given(a, q, &now);
	now.on_link = is_on_link(a, &now.address);
	*ret = now;
	if (a->had_before && attachment_is_live(old, a->c->boot_id)) {
		const struct in6_addr *address = &a->choice.lease.address;

		if (strcmp(old->uplink, now.uplink) != 0 &&
		    link_by_name(a->at.host, old->uplink, &link) == 0)
			proxy_remove(a->at.host, address, link.ifindex);
		if (strcmp(old->bridge, now.bridge) != 0 &&
		    link_by_name(a->at.host, old->bridge, &link) == 0)
			neigh_remove(a->at.host, address, link.ifindex);
		/* the host has answered for it there, if it was on-link */
		if (strcmp(old->bridge, now.bridge) != 0 && strcmp(now.bridge, now.uplink) != 0)
			proxy_remove(a->at.host, address, a->at.port.via);
		if (old->netns_inode == now.netns_inode && old->netns_dev == now.netns_dev &&
		    old->pid == now.pid && old->started == now.started &&
		    strcmp(old->bridge, now.bridge) == 0 && strcmp(old->uplink, now.uplink) == 0 &&
		    old->routed == now.routed && old->port == now.port && !old->waits &&
		    !*old->error && strcmp(old->place, now.place) == 0 &&
		    is_same_guard(old, &now) && is_same_exposure(old, &now)) {
			if (old->has_address &&
			    memcmp(&old->address, &now.address, sizeof(now.address)) == 0)
				return 0;
			now.since = old->since;
		}
	}
	a->recorded = true;
	a->since = now.since;
	r = a->c->store->ops->attach(a->c->store, a->ident, &now, e);
	if (r == -EROFS)
		note(NOTE_WARNING, "%s", e->text);
	return r == -EROFS ? 0 : r;
}

/*
 * Makes the shared settings of the host right. Those that are right already are held by a shared
 * lock until the attach is over; those to be changed, by an exclusive one, so that nobody relies on
 * what an attach that fails takes back.
 */
static int settle(struct attach *a, const struct host_wish *w, struct host_effects *done,
		  struct link *ret_via, struct error *e)
{
	struct lease_store *s = a->c->store;
	int r = s->ops->lock(s, LOCK_HOST, NULL, true, CONTEXT_WAIT_MS, &a->host_lock, e);

	if (r == 0)
		r = host_is_settled(w, ret_via, e);
	if (r != 0)
		return r < 0 ? r : 0;
	close(steal_fd(&a->host_lock));
	r = s->ops->lock(s, LOCK_HOST, NULL, false, CONTEXT_WAIT_MS, &a->host_lock, e);
	if (r >= 0)
		r = host_settle(w, done, e);
	if (r < 0)
		return r;
	/* not before: until then a bridge's MAC may change with its ports */
	r = link_by_index(a->at.host, a->at.port.via, ret_via);
	return r < 0 ? error_sys(e, r, "cannot look at %s", a->at.port.via_name) : 0;
}

/* Tells a bridge where its gateway is now: containers on it may know another MAC for it. */
static void announce_gateway(struct attach *a, const unsigned char mac[6])
{
	const struct in6_addr *gateway = &a->c->config->gateway;
	struct error error;

	if (ndisc_announce(a->at.port.via, mac, gateway, gateway, &error) < 0)
		note(NOTE_DETAIL, "cannot announce the gateway: %s", error.text);
}

/* Tells the link that the address is here now; a router that is not told learns it later. */
static void announce(struct attach *a)
{
	const struct uplink *u = &a->choice.uplink;
	struct in6_addr source;
	struct error error;

	if (a->choice.pool->routed || !u->has_mac ||
	    uplink_source(a->at.host, &a->at.own, u->ifindex, a->c->config->announce_link_local,
			  &source) <= 0)
		return;
	if (ndisc_announce(u->ifindex, u->mac, &source, &a->choice.lease.address, &error) < 0)
		note(NOTE_WARNING, "cannot announce the address: %s", error.text);
}

/* Lets the container reach those on other bridges that its own network has on-link. */
static void look_across(struct attach *a)
{
	int r = 0;

	/* without an address from elsewhere it has none on-link */
	if (!a->choice.pool->routed && a->given.found_count)
		r = onlink_pools(a->c->pools, &a->at.own, a->at.port.via);
	/* not otherwise, as all that v6hook has is read for it */
	if (r == 1)
		r = across_answer(a->at.host, &a->at.own, a->at.port.via);
	if (r < 0)
		note(NOTE_WARNING, "%s does not reach all of its subnet: %s", a->ident,
		     strerror(-r));
}

/* Whether it has been attached already, in this boot. */
static bool was_attached(const struct attach *a)
{
	return a->had_before && attachment_is_live(&a->before, a->c->boot_id);
}

/*
 * Leaves the port that it had before this one, if it has that still: what it sent by that way, from
 * its address, would be taken for another's. What is of another address goes with that.
 */
static void leave_port(struct attach *a, const struct attachment *now)
{
	const struct in6_addr *gateway = &a->c->config->gateway;
	struct link old;
	bool ignored;

	if (link_by_index(a->at.host, a->before.port, &old) == 0 && old.peer > 0 &&
	    old.peer_nsid == a->at.port.nsid && old.peer != a->at.port.inner &&
	    (route_default(a->at.inner, gateway, old.peer, false, &ignored) < 0 ||
	     neigh_remove(a->at.inner, gateway, old.peer) < 0 ||
	     address_remove(a->at.inner, &now->address, old.peer) < 0))
		note(NOTE_DETAIL, "something is left at its former port");
	if (a->guarded)
		guarded_end(a->c, a->ident, &now->address, now);
}

/* Gives up the address that the container had before it moved to this one, by this run or another.
 */
static void leave_former(struct attach *a)
{
	const struct in6_addr *address = &a->choice.lease.address;
	struct error error;
	int r = -1, inner = -1;

	/* there is no way back from here: a failure that may have been a passing one is tried again
	 */
	for (int tries = 0; tries < 2 && (r < 0 || inner < 0); tries++) {
		/* also what a run that was killed left in the container */
		inner = address_remove_marked(a->at.inner, a->at.port.inner, address);
		r = tries == 0 && a->choice.moved
			    ? former_give_up(a->c, a->at.host, &a->choice.left, &error)
			    : 0;
		if (r == 0 || tries)
			r = former_leave(a->c, a->at.host, a->ident, &error);
	}
	if (inner < 0)
		note(NOTE_WARNING, "cannot remove a former address from the container");
	if (r < 0)
		note(NOTE_WARNING, "cannot give the former address up: %s", error.text);
}

/* Does the kernel's part; all of it or nothing. */
static int connect_container(struct attach *a, const struct request *q, struct error *e)
{
	const struct host_wish host = {
		.nl = a->at.host,
		.port = &a->at.port,
		.uplink = &a->choice.uplink,
		.routed = a->choice.pool->routed,
		.gateway = a->c->config->gateway,
		.address = a->choice.lease.address,
	};
	struct container_wish inner = {
		.nl = a->at.inner,
		.netns = &a->at.netns,
		.port = &a->at.port,
		.gateway = host.gateway,
		.address = host.address,
		.keeps_route = given_found(&a->given, &host.address),
	};
	struct host_effects host_done = { 0 };
	struct container_effects inner_done = { 0 };
	struct attachment now;
	struct link via;
	int r;

	/* such numbers are the lowest that are free */
	sysctl_apart(a->at.port.nsid);
	r = settle(a, &host, &host_done, &via, e);
	if (r < 0)
		goto undo_host;
	if (via.has_mac)
		inner.gateway_mac = via.mac;
	r = record(a, q, &now, e);
	if (r == 0)
		r = guarded_begin(a->c, a->at.host, a->at.port.bridged ? &via : NULL, a->ident,
				  &now.address, &now, e);
	a->guarded = r == 1;
	if (r >= 0)
		r = host_lead(&host, &host_done, e);
	if (r < 0)
		goto undo_record;
	r = container_configure(&inner, &inner_done, e);
	if (r < 0)
		goto undo_container;
	r = netns_check(&a->at.netns, e);
	if (r < 0)
		goto undo_container;
	if (!host.routed)
		r = host_open(&host, &host_done, e);
	/* once more: from here on its end is somebody else's to tell */
	if (r == 0)
		r = netns_check(&a->at.netns, e);
	if (r < 0)
		goto undo_container;
	a->changed = a->recorded || a->choice.fresh || host_done.sysctls.count ||
		     host_done.gateway || host_done.route || host_done.neighbour ||
		     host_done.proxy || inner_done.sysctls.count || inner_done.up ||
		     inner_done.address || inner_done.spare || inner_done.neighbour ||
		     inner_done.route;
	if (was_attached(a) && a->before.port != now.port)
		leave_port(a, &now);
	/* what was open then is not now */
	if (was_attached(a) && !is_same_exposure(&a->before, &now))
		guarded_end(a->c, a->ident, &now.address, &now);
	announce(a);
	if (host_done.gateway && inner.gateway_mac)
		announce_gateway(a, inner.gateway_mac);
	return 0;

undo_container:
	container_undo(&inner, &inner_done);
undo_record:
	/* what is in the kernel goes first: without a record it would be nobody's */
	host_undo(&host, &host_done);
	host_done = (struct host_effects){ 0 };
	if (a->guarded)
		guarded_end(a->c, a->ident, &a->before.address,
			    was_attached(a) ? &a->before : NULL);
	if (a->recorded) {
		struct error ignored;

		a->c->store->ops->attach(a->c->store, a->ident, a->had_before ? &a->before : NULL,
					 &ignored);
	}
undo_host:
	host_undo(&host, &host_done);
	/* where no more descriptors are to be had, giving the lease back needs this one's */
	if (a->host_lock >= 0)
		close(steal_fd(&a->host_lock));
	choose_undo(a->c, &a->choice);
	return r;
}

/*
 * Keeps the reason of a hook's failure for list: nobody saw what the hook printed. Of an ordinary
 * user's container only if it has a lease or a record: they can make up names, and fill the store.
 */
static void record_failure(struct attach *a, const struct error *e)
{
	struct attachment failed = { .since = time(NULL), .ended = true };
	struct error ignored;
	struct lease lease;

	if (a->instance.ident.owner && !a->had_before &&
	    a->c->store->ops->find(a->c->store, a->ident, &lease, &ignored) != 1)
		return;
	/* what fails may be the instance's own doing, to be rid of the word */
	if (a->had_before && word_stands(a->c, &a->before))
		return;
	if (a->had_before && attachment_is_live(&a->before, a->c->boot_id)) {
		failed = a->before;
	} else if (a->at.netns.fd >= 0) {
		/* for reconcile, which tries it again */
		failed.pid = a->instance.pid;
		failed.netns_dev = a->at.netns.dev;
		failed.netns_inode = a->at.netns.inode;
		failed.started = a->at.netns.started;
		memcpy(failed.boot_id, a->c->boot_id, sizeof(failed.boot_id));
	}
	memcpy(failed.place, a->place, sizeof(failed.place));
	text_escape(e->text, failed.error, sizeof(failed.error));
	a->c->store->ops->attach(a->c->store, a->ident, &failed, &ignored);
}

static void describe(const struct attach *a, struct listing *ret)
{
	*ret = (struct listing){
		.ident = a->instance.ident,
		.has_address = true,
		.address = a->choice.lease.address,
		.pool = a->choice.pool->name,
		.pinned = a->choice.lease.pinned,
		.state = LIST_ATTACHED,
		.since = a->recorded ? a->since : attachment_since(&a->before, a->c->boot_id),
		.changed = a->changed,
		.unprobed = a->recorded && !a->choice.fresh && !a->choice.engines &&
			    !a->choice.pool->routed && a->c->config->probe_ms,
	};
	memcpy(ret->unheard, a->choice.unheard, sizeof(ret->unheard));
	memcpy(ret->bridge, a->at.port.via_name, sizeof(ret->bridge));
	memcpy(ret->uplink, a->choice.uplink.name, sizeof(ret->uplink));
}

/* Warns of what will keep packets from outside away all the same; for hooks and the service, once.
 */
static void doubt(struct attach *a, const struct request *q, struct listing *l)
{
	struct reach reach = {
		.nl = a->at.host,
		.own = &a->at.own,
		.routed = a->choice.pool->routed,
		.uplink = l->uplink,
		.bridge = l->bridge,
		.settled = &a->choice.uplink,
	};

	if (q->hook && !a->changed)
		return;
	reach_doubt(&reach, &l->address, l->warning, sizeof(l->warning));
	if (*l->warning)
		note(NOTE_WARNING, "%s is attached, but %s", a->ident, l->warning);
}

int op_attach(struct context *c, const struct request *q, struct listing *ret, struct error *e)
{
	CLEANUP(attach_release)
	struct attach a = {
		.c = c,
		.lock = -1,
		.host_lock = -1,
		.at = LOCATED_NONE,
	};
	struct error gone;
	int r = resolve_instance(c, q, &a.instance, e);

	if (r < 0)
		return r;
	ident_text(&a.instance.ident, a.ident);
	r = c->store->ops->lock(c->store, LOCK_CONTAINER, a.ident, false, CONTEXT_WAIT_MS, &a.lock,
				e);
	if (r == 0)
		r = c->store->ops->attachment(c->store, a.ident, &a.before, e);
	if (r == -EBADMSG) {
		note(NOTE_WARNING, "%s: it is written anew", e->text);
		r = 0;
	}
	if (r < 0)
		return r;
	a.had_before = r == 1;
	if (q->expected && (r == 0 || !attachment_same(&a.before, q->expected)))
		return -ESTALE;
	r = locate(c, q, &a.instance, &a.at, e);
	/* whatever else is wrong with it */
	if (a.at.netns.fd >= 0 &&
	    word_check(c, q, &a.instance, a.had_before ? &a.before : NULL, &a.at.netns, e) < 0)
		return -ECANCELED;
	if (r == 0)
		r = take_place(&a, q, e);
	if (r == 0)
		r = choose(&a, q, e);
	if (r == 0)
		r = connect_container(&a, q, e);
	if (r < 0) {
		/* whatever failed, failed because the container is gone */
		if (a.at.netns.fd >= 0 && netns_check(&a.at.netns, &gone) < 0) {
			*e = gone;
			r = -ESRCH;
		}
		if (r != -ESRCH && a.had_before && attachment_is_live(&a.before, c->boot_id) &&
		    is_same_instance(&a, &a.before) && waiting_must_begin(&a.before, &a.at, r))
			return waiting_begin(c, a.ident, &a.before, &a.at, r, e);
		if (q->hook)
			record_failure(&a, e);
		return r;
	}
	leave_former(&a);
	look_across(&a);
	describe(&a, ret);
	doubt(&a, q, ret);
	return 0;
}

void op_attach_probe(struct context *c, const struct listing *l, void (*apart)(void))
{
	struct unprobed u = { .ident = l->ident, .address = l->address, .since = l->since };

	memcpy(u.uplink, l->uplink, sizeof(u.uplink));
	if (l->unprobed)
		beside_probe(c, &u, apart);
}
