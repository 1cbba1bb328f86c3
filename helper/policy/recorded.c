/* What an attach writes into the container's record, and what the record before tells it. */
#include "policy/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/note.h"
#include "base/text.h"
#include "known/word.h"
#include "policy/moved.h"

bool recorded_is_instance(const struct attaching *a, const struct attachment *b)
{
	return strcmp(b->boot_id, a->c->boot_id) == 0 && b->netns_dev == a->at.netns.dev &&
	       b->netns_inode == a->at.netns.inode &&
	       (!b->started || !a->at.netns.started || b->started == a->at.netns.started);
}

bool recorded_is_container(const struct attaching *a, const struct request *q)
{
	const char *id = q->instance ? q->instance : a->instance.id;

	return a->had_before && (recorded_is_instance(a, &a->before) ||
				 (*id && strcmp(id, a->before.instance) == 0));
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
static void also_given(const struct attaching *a, struct attachment *ret)
{
	const struct given *g = &a->given;

	/* what nobody has said just now is as it was said, of another network all is unknown */
	if (!g->asked && a->had_before && !a->before.ended && recorded_is_instance(a, &a->before) &&
	    (a->before.port == ret->port || strcmp(a->before.bridge, ret->bridge) == 0)) {
		memcpy(ret->also, a->before.also, sizeof(ret->also));
		ret->also_count = a->before.also_count;
		return;
	}
	if (g->has_ipv4)
		ret->also[ret->also_count++] = g->ipv4;
	for (int i = 0; i < g->count && ret->also_count < ATTACHMENT_ALSO_MAX; i++)
		if (memcmp(&g->list[i], &ret->address, sizeof(ret->address)) != 0)
			ret->also[ret->also_count++] = g->list[i];
}

/* Whether its engine could tell that it publishes ports. */
static bool may_publish(const struct instance *i)
{
	return strcmp(i->ident.runtime, "lxc") != 0 && strcmp(i->ident.runtime, "netns") != 0;
}

/*
 * Whether it runs since before there was exposure and nobody has said anything since: what was open
 * is not closed under it. @ret: what is said just now
 */
static bool is_spared(const struct attaching *a, const struct attachment *ret)
{
	const struct attachment *old = &a->before;

	return a->had_before && !old->ended && recorded_is_instance(a, old) &&
	       may_publish(&a->instance) &&
	       (old->published.word == EXPOSE_UNSAID || old->published.word == EXPOSE_ALL) &&
	       old->expose.word == EXPOSE_UNSAID && ret->expose.word == EXPOSE_UNSAID &&
	       !config_says_exposed(a->c->config, a->ident);
}

/* Records that all is open, and tells it the first time. */
static void spare(const struct attaching *a, struct attachment *ret)
{
	ret->published = (struct exposed){ .word = EXPOSE_ALL };
	if (a->before.published.word == EXPOSE_UNSAID)
		note(NOTE_WARNING,
		     "%s is from before exposure: all its ports stay open until it is started "
		     "anew, and then those that it publishes; \"expose\": {\"%s\": \"all\"} leaves "
		     "them open, \"published\" closes the others now",
		     a->ident, a->instance.ident.runtime);
}

/* Which of its ports are to be reached, and its name. What nobody has said just now is as it was
 * said before. */
static void told(const struct attaching *a, const struct request *q, struct attachment *ret)
{
	const bool same = recorded_is_container(a, q);

	ret->expose = q->expose ? *q->expose : a->instance.expose;
	ret->published = q->published ? *q->published : a->instance.published;
	snprintf(ret->hostname, sizeof(ret->hostname), "%s",
		 q->hostname ? q->hostname : a->instance.hostname);
	if (same && !*ret->hostname)
		memcpy(ret->hostname, a->before.hostname, sizeof(ret->hostname));
	if (same && ret->expose.word == EXPOSE_UNSAID)
		ret->expose = a->before.expose;
	if (is_spared(a, ret))
		spare(a, ret);
	else if (same && ret->published.word == EXPOSE_UNSAID)
		ret->published = a->before.published;
	/* never said: nothing is opened */
	else if (ret->published.word == EXPOSE_UNSAID && may_publish(&a->instance))
		ret->published.word = EXPOSE_NONE;
}

/* Whether the bridge has the address on-link. */
static bool is_on_link(struct attaching *a, const struct in6_addr *address)
{
	if (host_addresses_of(&a->at.own, a->at.port.via) < 0)
		return false;
	for (size_t i = 0; i < a->at.own.count; i++)
		if (a->at.own.list[i].ifindex == a->at.port.via &&
		    in_prefix(address, &a->at.own.list[i].address, a->at.own.list[i].length))
			return true;
	return false;
}

bool recorded_same_exposure(const struct attachment *a, const struct attachment *b)
{
	return exposed_is_same(&a->expose, &b->expose) &&
	       exposed_is_same(&a->published, &b->published);
}

bool recorded_same_guard(const struct attachment *a, const struct attachment *b)
{
	return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 && a->on_link == b->on_link &&
	       a->also_count == b->also_count &&
	       memcmp(a->also, b->also, sizeof(a->also[0]) * (size_t)a->also_count) == 0;
}

/* Whether two records of one container say the same, but for the address and since when. */
static bool is_same(const struct attachment *old, const struct attachment *now)
{
	return old->netns_inode == now->netns_inode && old->netns_dev == now->netns_dev &&
	       old->pid == now->pid && old->started == now->started &&
	       /* by these it is found again: by its engine, and to see whether it lives */
	       strcmp(old->instance, now->instance) == 0 &&
	       strcmp(old->network, now->network) == 0 &&
	       strcmp(old->netns_path, now->netns_path) == 0 &&
	       strcmp(old->bridge, now->bridge) == 0 && strcmp(old->uplink, now->uplink) == 0 &&
	       old->routed == now->routed && old->port == now->port && !old->waits &&
	       !*old->error && strcmp(old->place, now->place) == 0 &&
	       recorded_same_guard(old, now) && recorded_same_exposure(old, now) &&
	       strcmp(old->hostname, now->hostname) == 0;
}

int recorded_attach(struct attaching *a, const struct request *q, struct attachment *ret,
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
	int r;

	snprintf(now.instance, sizeof(now.instance), "%s",
		 q->instance ? q->instance : a->instance.id);
	if (!*now.instance && a->had_before && old->netns_inode == now.netns_inode)
		memcpy(now.instance, old->instance, sizeof(now.instance));
	if (q->network)
		snprintf(now.network, sizeof(now.network), "%s", q->network);
	else if (a->had_before && recorded_is_instance(a, old))
		memcpy(now.network, old->network, sizeof(now.network));
	absolute(q->netns, now.netns_path, sizeof(now.netns_path));
	memcpy(now.mac, a->at.port.mac, sizeof(now.mac));
	memcpy(now.place, a->place, sizeof(now.place));
	memcpy(now.boot_id, a->c->boot_id, sizeof(now.boot_id));
	now.address = a->choice.lease.address;
	now.has_address = true;
	memcpy(now.bridge, a->at.port.via_name, sizeof(now.bridge));
	memcpy(now.uplink, a->choice.uplink.name, sizeof(now.uplink));
	also_given(a, &now);
	told(a, q, &now);
	now.on_link = is_on_link(a, &now.address);
	*ret = now;
	if (attaching_again(a)) {
		moved_links(a, &now);
		if (is_same(old, &now)) {
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

void recorded_failure(const struct attaching *a, const struct error *e)
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
	if (attaching_again(a)) {
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
