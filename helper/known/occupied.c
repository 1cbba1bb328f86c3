/*
 * Whether a port is another container's already.
 *
 * Theory of operation: what is attached has its address inside, on its port or at least on lo, and
 * of each address the store knows whose it is. So one look into the namespace names who may be
 * there, however many are attached elsewhere; their records say whether they are. A container that
 * takes its addresses away from itself hides from this, to its own harm alone: list tells of it.
 */
#include "known/occupied.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "known/living.h"
#include "net/link.h"
#include "runtime/engines.h"

/* What is looked for. */
struct search {
	const struct context *c;
	const struct request *q;
	const char *ident;
	const struct attachment *before;
	const struct located *at;
};

bool occupied_same(const struct attachment *a, const struct attachment *b)
{
	return a->netns_dev == b->netns_dev && a->netns_inode == b->netns_inode &&
	       (a->port && b->port ? a->port == b->port
				   : memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
}

/* Whether the holder's engine has its container elsewhere by now, or not at all: it was renamed. */
static bool is_elsewhere(const struct search *s, const char *holder, const struct attachment *a)
{
	struct runtime_options o = { .engines = s->c->config->engines };
	struct instance instance = { .pid = 0 };
	const struct runtime *runtime;
	struct error ignored;
	struct ident id;
	int r;

	/* the service reads no engine's answers here */
	if (s->q->allowance || ident_from_text(holder, &id) < 0)
		return false;
	runtime = runtime_by_name(id.runtime);
	if (!runtime || !runtime->tells)
		return false;
	r = runtime->find(runtime, id.name, &o, &instance, &ignored);
	return r == -ENOENT || r == -ESRCH || (r == 0 && a->pid && instance.pid != a->pid);
}

/* Whether the port on which it was attached is still there, and another one. */
static bool is_beside(const struct search *s, const struct attachment *a)
{
	struct link link;

	return a->port && a->port != s->at->port.outer &&
	       link_by_index(s->at->host, a->port, &link) == 0;
}

/* Whether the address is of another that is attached here. @ret: then filled in, whose */
static bool is_anothers(const struct search *s, const struct in6_addr *address,
			char ret[IDENT_TEXT_MAX])
{
	struct lease_store *store = s->c->store;
	struct attachment a;
	struct error ignored;
	struct lease lease;

	if ((s->before && memcmp(&s->before->address, address, sizeof(*address)) == 0) ||
	    store->ops->at(store, address, &lease, &ignored) != 1 || lease.freed ||
	    strcmp(lease.ident, s->ident) == 0 ||
	    store->ops->attachment(store, lease.ident, &a, &ignored) != 1 ||
	    !attachment_is_live(&a, s->c->boot_id) || a.netns_dev != s->at->netns.dev ||
	    a.netns_inode != s->at->netns.inode || is_beside(s, &a) || !living(&a) ||
	    is_elsewhere(s, lease.ident, &a))
		return false;
	memcpy(ret, lease.ident, IDENT_TEXT_MAX);
	return true;
}

/* The same of any of them. */
static bool any_is(const struct search *s, const struct in6_addr *list, int count,
		   char ret[IDENT_TEXT_MAX])
{
	for (int i = 0; i < count; i++)
		/* it is on lo, too */
		if ((i == 0 || memcmp(&list[i], &list[i - 1], sizeof(*list)) != 0) &&
		    is_anothers(s, &list[i], ret))
			return true;
	return false;
}

int occupied_lock(const struct context *c, const struct located *at, int lock, struct error *e)
{
	char name[64];
	int r;

	snprintf(name, sizeof(name), "/%jx:%jx", (uintmax_t)at->netns.dev,
		 (uintmax_t)at->netns.inode);
	r = c->store->ops->lock_too(c->store, name, CONTEXT_WAIT_MS, lock);
	if (r == -EBUSY)
		return error_set(e, STATUS_FAILED, r,
				 "another v6hook is at work on this network, by another name");
	if (r == -ESTALE)
		return error_set(e, STATUS_FAILED, -EAGAIN, "what it has locked was taken away");
	/* where nothing can be written there is no such lock, and nothing to be claimed */
	return 0;
}

int occupied_check(const struct context *c, const struct request *q, const char *ident,
		   const struct attachment *before, const struct located *at,
		   const struct container_has *has, struct error *e)
{
	const struct search s = { c, q, ident, before, at };
	char holder[IDENT_TEXT_MAX], name[IDENT_TEXT_MAX];
	struct ident id;

	if ((!q->pid && !q->netns) || q->expected || (q->word == WORD_NONE && !q->network))
		return 0;
	if ((!any_is(&s, has->ours, has->ours_count, holder) &&
	     !any_is(&s, has->found, has->found_count, holder)) ||
	    ident_from_text(holder, &id) < 0)
		return 0;
	ident_container(&id, name);
	return error_set(e, STATUS_FAILED, -EEXIST,
			 "this network is that of %.300s, which is attached: it would be cut off: "
			 "v6hook detach %.300s first, or leave it as it is",
			 name, name);
}
