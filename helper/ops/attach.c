/*
 * attach: gives a running container its address and makes it reachable.
 *
 * Theory of operation: the order is what makes it quick and safe. The container is pinned first, so
 * that every step lands in this instance or nowhere. The lease is durable before the network is
 * told. The container's side comes before the proxy entry, which is last: the other way round the
 * router's first packet arrives while nobody answers on the bridge, and waits a second. Each step
 * records what it changed; the one ladder at the end takes that back in reverse.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/note.h"
#include "keep/answered.h"
#include "keep/guarded.h"
#include "keep/waiting.h"
#include "known/occupied.h"
#include "known/resolve.h"
#include "known/word.h"
#include "net/container.h"
#include "net/host.h"
#include "net/link.h"
#include "net/sysctl.h"
#include "ops/verbs.h"
#include "policy/announced.h"
#include "policy/attaching.h"
#include "policy/beside.h"
#include "policy/moved.h"
#include "policy/place.h"
#include "policy/recorded.h"

/* An engine gives a port its name right after it came. */
#define TRIES 3

/*
 * Finds out which place it fills: nobody tells of an instance whose place is known. One that has
 * no lease, and no address of its own to come, has that of the one before it. Returns 0 or -errno.
 */
static int take_place(struct attaching *a, const struct request *q, struct error *e)
{
	const struct config_container *said = config_container(a->c->config, a->ident);
	struct lease lease;
	int r;

	if (q->place || *a->instance.place)
		place_keep(q->place ? q->place : a->instance.place, a->place);
	else if (recorded_is_container(a, q))
		memcpy(a->place, a->before.place, sizeof(a->place));
	if (!*a->place || q->has_address || (said && said->has_address))
		return 0;
	r = a->c->store->ops->find(a->c->store, a->ident, &lease, e);
	if (r == 0)
		r = place_take_over(a->c, a->ident, a->place, e);
	return r < 0 ? r : 0;
}

/* What its labels ask for: heard once, when the instance is attached first. Or null. */
static const struct in6_addr *label_of(const struct attaching *a, const struct request *q,
				       struct in6_addr *ret)
{
	const char *text = a->instance.address;

	if (q->label || !*text || (attaching_again(a) && recorded_is_instance(a, &a->before)))
		return q->label;
	if (inet_pton(AF_INET6, text, ret) == 1)
		return ret;
	note(NOTE_WARNING, "%s: label v6hook.address is no IPv6 address", a->ident);
	return NULL;
}

static int choose(struct attaching *a, const struct request *q, struct error *e)
{
	struct in6_addr label;
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
		.label = label_of(a, q, &label),
		.given = &a->given,
		.known = q->known,
		.before = a->had_before ? &a->before : NULL,
		.stays = q->word < WORD_ROOT && attaching_again(a) &&
					 recorded_is_instance(a, &a->before)
				 ? &a->before
				 : NULL,
	};
	int r = given_read(q, &a->instance, a->at.inner, &a->at.port, &a->given, e);

	if (r == 0)
		r = occupied_check(a->c, q, a->ident, a->had_before ? &a->before : NULL, &a->at,
				   &a->given.has, e);
	if (r == 0)
		r = choose_lease(&choose, &a->choice, e);
	if (r == 0 && *a->choice.unheard && !q->hook)
		note(NOTE_WARNING, "%s: label v6hook.address is not followed: %s", a->ident,
		     a->choice.unheard);
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

/*
 * Makes the shared settings of the host right. Those that are right already are held by a shared
 * lock until the attach is over; those to be changed, by an exclusive one, so that nobody relies on
 * what an attach that fails takes back.
 */
static int settle(struct attaching *a, const struct host_wish *w, struct host_effects *done,
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

/* Does the kernel's part; all of it or nothing. */
static int connect_container(struct attaching *a, const struct request *q, struct error *e)
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
	r = recorded_attach(a, q, &now, e);
	if (r == 0) {
		r = guarded_begin(a->c, a->at.host, &via, a->ident, &now.address, &now, e);
		/* also if it failed: the kernel may have done it, and its answer be lost */
		a->guarded = r != 0;
	}
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
		r = answered_begin(
			a->c, &a->choice.lease,
			q->word || !attaching_again(a) || !recorded_is_instance(a, &a->before), e);
	if (r == 0 && !host.routed)
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
	if (attaching_again(a) && a->before.port != now.port)
		moved_port(a, &now);
	/* what was open then is not now, it does not send from what it did, nor is it where it was
	 */
	if (attaching_again(a) &&
	    (!recorded_same_exposure(&a->before, &now) || !recorded_same_guard(&a->before, &now) ||
	     strcmp(a->before.bridge, now.bridge) != 0))
		guarded_end(a->c, a->ident, &now.address, &now);
	announced_address(a);
	if (host_done.gateway && inner.gateway_mac)
		announced_gateway(a, inner.gateway_mac);
	return 0;

undo_container:
	container_undo(&inner, &inner_done);
undo_record:
	/* what is in the kernel goes first: without a record it would be nobody's */
	host_undo(&host, &host_done);
	host_done = (struct host_effects){ 0 };
	if (a->guarded)
		guarded_end(a->c, a->ident, &a->before.address,
			    attaching_again(a) ? &a->before : NULL);
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

static void describe(const struct attaching *a, struct listing *ret)
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
static void doubt(struct attaching *a, const struct request *q, struct listing *l)
{
	struct reach reach = {
		.c = a->c,
		.opens = true,
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

/* Whatever failed, it may have failed because the container is gone, or its port. Returns that, or
 * r. */
static int find_reason(const struct attaching *a, int r, struct error *e)
{
	struct error gone;
	int why = 0;

	if (a->at.netns.fd >= 0 && netns_check(&a->at.netns, &gone) < 0)
		why = -ESRCH;
	else if (a->at.port.inner)
		why = port_check(a->at.inner, &a->at.port, &gone);
	if (why < 0)
		*e = gone;
	return why < 0 ? why : r;
}

/* Once. @last: what became of the port is no reason to try again, but a failure. As op_attach;
 * -EAGAIN if the port was taken away or got another name meanwhile. */
static int attach(struct context *c, const struct request *q, bool last, struct listing *ret,
		  struct error *e)
{
	CLEANUP(attaching_release)
	struct attaching a = {
		.c = c,
		.lock = -1,
		.host_lock = -1,
		.at = LOCATED_NONE,
	};
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
		r = occupied_lock(c, &a.at, a.lock, e);
	if (r == 0)
		r = take_place(&a, q, e);
	if (r == 0)
		r = choose(&a, q, e);
	if (r == 0)
		r = connect_container(&a, q, e);
	if (r < 0) {
		r = find_reason(&a, r, e);
		if (r == -EAGAIN && !last)
			return r;
		if (r != -ESRCH && attaching_again(&a) && recorded_is_instance(&a, &a.before) &&
		    waiting_must_begin(&a.before, &a.at, r))
			return waiting_begin(c, a.ident, &a.before, &a.at, r, e);
		if (q->hook)
			recorded_failure(&a, e);
		return r;
	}
	moved_address(&a);
	announced_across(&a);
	describe(&a, ret);
	/* nothing is taken back any more, and other firewalls may take seconds */
	close(steal_fd(&a.host_lock));
	doubt(&a, q, ret);
	return 0;
}

int op_attach(struct context *c, const struct request *q, struct listing *ret, struct error *e)
{
	int r = -EAGAIN;

	for (int left = TRIES; r == -EAGAIN && left > 0; left--)
		r = attach(c, q, left == 1, ret, e);
	return r;
}

void op_attach_probe(struct context *c, const struct listing *l, void (*apart)(void))
{
	struct unprobed u = { .ident = l->ident, .address = l->address, .since = l->since };

	memcpy(u.uplink, l->uplink, sizeof(u.uplink));
	if (l->unprobed)
		beside_probe(c, &u, apart);
}
