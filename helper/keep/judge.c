/*
 * What is to be done about a container, by its lease, its record, its kernel entries and what runs.
 *
 * Theory of operation: each lease is judged by three questions: does its record say that it is
 * attached in this boot, does that instance live, is anything missing. Nothing is changed here, so
 * that a dry run, the service's look and a repair are of one opinion.
 */
#include "keep/judge.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "keep/unserved.h"
#include "keep/waiting.h"
#include "known/living.h"
#include "known/refind.h"
#include "known/way.h"
#include "net/host.h"
#include "net/netns.h"

#define RETRY_S 10 /* between two attempts of the service at what has failed */

static const struct verdict nothing = { .what = VERDICT_NOTHING };

static struct verdict attach(const struct instance *running, const char *why)
{
	return (struct verdict){ .what = VERDICT_ATTACH, .why = why, .running = running };
}

static struct verdict detach(const char *why)
{
	return (struct verdict){ .what = VERDICT_DETACH, .why = why };
}

bool judge_settled(struct judge *j, const struct attachment *a)
{
	const struct link *bridge = look_link(j->look, a->bridge);
	const struct link *up;
	struct port port = { 0 };
	struct uplink uplink = { 0 };
	struct host_wish wish = { .nl = j->look->host,
				  .port = &port,
				  .uplink = &uplink,
				  .routed = a->routed,
				  .gateway = j->c->config->gateway };
	struct link ignored_via;
	struct error ignored;

	if (!bridge)
		return false;
	port.via = bridge->ifindex;
	port.bridged = strcmp(bridge->kind, "bridge") == 0;
	/* in place of the bridge: the look keeps few */
	up = look_link(j->look, a->uplink);
	if (!up)
		return false;
	uplink.ifindex = up->ifindex;
	memcpy(port.via_name, a->bridge, sizeof(port.via_name));
	memcpy(uplink.name, a->uplink, sizeof(uplink.name));
	/* the many that share both are looked at once */
	if (strcmp(a->bridge, j->settled_bridge) != 0 ||
	    strcmp(a->uplink, j->settled_uplink) != 0) {
		if (host_is_settled(&wish, &ignored_via, &ignored) != 1)
			return false;
		memcpy(j->settled_bridge, a->bridge, sizeof(j->settled_bridge));
		memcpy(j->settled_uplink, a->uplink, sizeof(j->settled_uplink));
	}
	return true;
}

void judge_doubt(struct judge *j)
{
	*j->settled_bridge = '\0';
}

/* Whether the port of an attachment was bare when it was attached, and is a bridge's now. */
static bool is_bridged(struct judge *j, const struct attachment *a)
{
	const struct link *via = look_link(j->look, a->bridge);

	return !via || via->master;
}

/*
 * Which way the address leads out by now, from a container behind via; the many that share it are
 * looked at once. Returns the uplink, or null.
 */
static const struct uplink *find_way(struct judge *j, const struct in6_addr *address, bool routed,
				     int via)
{
	struct error ignored;
	const struct pool *pool = pools_find(j->c->pools, address, &ignored);
	const struct range *range =
		pool && pool->routed == routed ? way_range(pool, address) : NULL;

	if (!range || (j->way.range == range && j->way.via == via))
		return range ? &j->way.uplink : NULL;
	if (!j->own_read && host_addresses_read(j->look->host, &j->own, &ignored) < 0)
		return NULL;
	j->own_read = true;
	j->way.range = NULL;
	if (way_out(j->look->host, &j->own, pool, address, via, NULL, &j->way.uplink, &ignored) < 0)
		return NULL;
	j->way.range = range;
	j->way.via = via;
	return &j->way.uplink;
}

/*
 * Whether an attach would come to what is recorded, as far as the configuration and the host go.
 * @v: gets uplink and via
 */
static bool is_as_recorded(struct judge *j, const struct holder *h, struct verdict *v)
{
	const struct attachment *a = h->attachment;
	const struct config_container *said = config_container(j->c->config, h->ident);
	const struct link *via = look_link(j->look, a->bridge);
	const struct uplink *uplink;

	if (!via || via->master || !a->has_address ||
	    memcmp(&a->address, &h->address, sizeof(h->address)) != 0 ||
	    (said && said->has_address &&
	     memcmp(&said->address, &h->address, sizeof(h->address)) != 0))
		return false;
	v->via = via->ifindex;
	uplink = find_way(j, &h->address, a->routed, v->via);
	if (!uplink || strcmp(uplink->name, a->uplink) != 0 || uplink->ifindex == v->via)
		return false;
	v->uplink = *uplink;
	return true;
}

/*
 * Whether it leaves an address that the configuration has left behind: by the administrator's hand
 * only, as nobody else knows when its name, too, leads to another.
 */
static bool moves(const struct judge *j, const struct holder *h)
{
	struct error ignored;

	return !j->service && !pools_find(j->c->pools, &h->address, &ignored);
}

/* What is asked of a namespace that was found for a container. */
struct asked {
	const struct judge *j;
	const char *ident;
};

/* refind_taken: whether another's record, or its engine, says that it runs there. */
static bool is_others(const struct attachment *found, void *arg)
{
	const struct asked *asked = arg;
	const struct look *l = asked->j->look;

	for (size_t i = 0; i < l->present.count; i++) {
		const struct holder *h = &l->present.list[i];
		const struct attachment *a = h->attachment;

		if (a && attachment_is_live(a, asked->j->c->boot_id) &&
		    a->netns_dev == found->netns_dev && a->netns_inode == found->netns_inode &&
		    strcmp(h->ident, asked->ident) != 0)
			return true;
	}
	for (size_t i = 0; i < l->running_count; i++) {
		_netns_ struct netns netns = NETNS_NONE;
		struct error ignored;

		if (netns_pin_pid(l->running[i].instance.pid, &netns, &ignored) == 0 &&
		    netns.dev == found->netns_dev && netns.inode == found->netns_inode &&
		    strcmp(l->running[i].ident, asked->ident) != 0)
			return true;
	}
	return false;
}

/*
 * Judges one whose record cannot be read, or is gone though the kernel has entries: that says
 * nothing. Its engine or its namespace does.
 */
static struct verdict judge_lost(const struct judge *j, struct holder *h)
{
	const struct instance *running = look_running(j->look, h->ident);
	struct asked asked = { j, h->ident };
	struct lease_store *s = j->c->store;
	struct attachment found = { 0 };
	_close_ int lock = -1;
	struct lease lease;
	struct error e;
	int alive;

	h->keeps = true;
	/* another is at work, or has been since the records were read */
	if (s->ops->lock(s, LOCK_CONTAINER, h->ident, false, 0, &lock, &e) == -EBUSY ||
	    s->ops->attachment(s, h->ident, &found, &e) == 1 ||
	    s->ops->present(s, h->ident, &lease, &e) != 1 ||
	    memcmp(&lease.address, &h->address, sizeof(h->address)) != 0)
		return nothing;
	/* what nothing leads to was detached, maybe by hand: nobody attaches it but who may */
	if (!marked_has(&j->look->kernel, &h->address))
		return detach("its record was lost, and nothing leads to it");
	if (running)
		return attach(running, "its record was lost");
	alive = refind_but(&h->address, is_others, &asked, &found, &e);
	if (alive < 0) {
		note(NOTE_STATE, "%s: let alone: %s", h->ident, e.text);
		return nothing;
	}
	h->attachment = alive ? arena_copy(&j->look->arena, &found, sizeof(found)) : NULL;
	if (alive)
		return attach(NULL, "its record was lost");
	h->keeps = h->unreadable;
	return h->unreadable ? detach("the container is gone") : nothing;
}

/* Whether the service has just failed at it. */
static bool rests(const struct judge *j, const struct attachment *a)
{
	return j->service && *a->error && a->since <= time(NULL) && a->since + RETRY_S > time(NULL);
}

/* Whether two say different things of it. Who says nothing does not. */
static bool differ(const struct exposed *said, const struct exposed *recorded)
{
	return said->word != EXPOSE_UNSAID && !exposed_is_same(said, recorded);
}

/*
 * Whether its engine, asked just now, says otherwise than is recorded which of its ports are to be
 * reached, or which IPv4 address it has. @running: null if it was not asked
 */
static bool is_told_otherwise(const struct judge *j, const char *ident,
			      const struct instance *running, const struct attachment *a)
{
	if (!running)
		return false;
	for (int i = 0; i < running->given_count; i++) {
		bool known = !IN6_IS_ADDR_V4MAPPED(&running->given[i]);

		for (int k = 0; k < a->also_count; k++)
			known |= IN6_ARE_ADDR_EQUAL(&running->given[i], &a->also[k]);
		if (!known)
			return true;
	}
	if (differ(&running->expose, &a->expose))
		return true;
	/* it is left open until it is started anew, or somebody says something */
	if (a->published.word == EXPOSE_ALL && !config_says_exposed(j->c->config, ident))
		return false;
	return differ(&running->published, &a->published);
}

/* Judges one whose port is gone, or of which there may be another now. */
static struct verdict judge_port(const struct holder *h, const struct instance *running,
				 const char *why)
{
	const char *place = waiting_place(h->ident, h->attachment);
	/* an engine that was asked knows the place */
	struct verdict v = attach(place ? running : NULL, why);

	v.bridge = v.running ? NULL : place;
	return v;
}

/* Judges one that is recorded as attached. Returns as judge_holder. */
static int judge_attached(struct judge *j, struct holder *h, bool together, struct verdict *ret,
			  struct error *e)
{
	const struct instance *running = look_running(j->look, h->ident);
	const struct attachment *a = h->attachment;
	const struct link *via;
	const char *what;
	bool due;
	int alive;

	h->keeps = !a->waits;
	if (!attachment_is_live(a, j->c->boot_id)) {
		*ret = running ? attach(running, "running since this boot")
			       : detach("attached before this boot");
		return 0;
	}
	if (!j->veths.read) {
		alive = veths_read(j->look->host, &j->veths, e);
		if (alive < 0)
			return alive;
	}
	via = look_link(j->look, a->bridge);
	due = !a->waits && waiting_is_due(a, &j->veths, via);
	/* whether it lives, and what it lacks, is asked when it is locked */
	if (together && !a->waits && !due && !look_shows(j->look, h) && !h->was_moving &&
	    !*h->trouble && judge_settled(j, a) && is_as_recorded(j, h, ret)) {
		ret->what = VERDICT_RESTORE;
		return 0;
	}
	alive = living_ask(a, e);
	if (alive < 0)
		return alive;
	if (!alive) {
		*ret = running ? attach(running, "it was started again")
			       : detach("the container is gone");
		return 0;
	}
	if (a->waits) {
		*ret = waiting_is_over(a, &j->veths, via) && !rests(j, a)
			       ? judge_port(h, running, "a port has come")
			       : nothing;
		return 0;
	}
	if (due) {
		*ret = judge_port(h, running, "its port is gone");
		return 0;
	}
	what = look_lacks(j->look, h);
	if (!what && is_bridged(j, a))
		what = "bridge";
	if (!what && !judge_settled(j, a))
		what = "settings";
	if (!what && h->was_moving)
		what = "its former address";
	if (!what && moves(j, h))
		what = "no pool holds its address";
	*ret = what ? attach(NULL, what) : nothing;
	if (!what && is_told_otherwise(j, h->ident, running, a))
		*ret = attach(running, "its engine says otherwise");
	/* an earlier version did not record by which port it is to be guarded */
	else if (!what && !a->port)
		*ret = attach(running, "guard");
	return 0;
}

int judge_holder(struct judge *j, struct holder *h, bool together, struct verdict *ret,
		 struct error *e)
{
	*ret = nothing;
	if (*h->trouble) {
		h->keeps = true;
		note(NOTE_STATE, "%s%s%s", h->ident, *h->ident ? ": " : "", h->trouble);
	}
	if (h->lost)
		*ret = judge_lost(j, h);
	/* if not: taken out of service on purpose, or never in it */
	else if (h->attachment && !h->attachment->ended)
		return judge_attached(j, h, together, ret, e);
	return 0;
}

struct verdict judge_ended(const struct judge *j, const struct holder *h)
{
	const struct attachment *a = h->attachment;
	struct error ignored;
	struct ident ident;

	if (!*a->error || a->word || !a->pid || strcmp(a->boot_id, j->c->boot_id) != 0 ||
	    ident_from_text(h->ident, &ident) < 0 || ident.owner || rests(j, a) ||
	    living_ask(a, &ignored) != 1)
		return nothing;
	return attach(NULL, "it had failed");
}

struct verdict judge_running(const struct judge *j, const struct running *running,
			     struct attachment *former, struct holder *ret)
{
	int known = unserved_ask(j->c, &running->instance, former);

	*ret = (struct holder){
		.ident = running->ident,
		.attachment = former,
		.recorded = known == UNSERVED_RECORDED,
	};
	return known == UNSERVED_NONE ? nothing
				      : attach(&running->instance, "its start found no service");
}
