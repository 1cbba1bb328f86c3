/*
 * CNI's GC: attachments that the engine calls valid no more, and what killed calls have left.
 *
 * Theory of operation: what is recorded for the network is compared with the list of what is valid,
 * by the container's ID and the interface. What a run that was killed has left beside that is a
 * lease without a record, which tells the network for which it was claimed, or a veth without an
 * attachment, which is found by its name. Whatever tells of no network stays. Leases that have been
 * given up and have rested are files for nobody: they are removed, with what a killed DEL has left
 * of them. What fails is counted, and the rest goes on.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "keep/withdraw.h"
#include "known/living.h"
#include "known/trace.h"
#include "net/veth.h"
#include "net/veths.h"
#include "ops/cni_end.h"
#include "wire/nl.h"

#define VETH_OF_NETWORK 6 /* bytes of a veth's name that say which network (cni_veth_name) */

/* GC at work. */
struct gc {
	struct context *c;
	const struct cni_conf *conf;
	struct arena arena;
	struct cni_ending *list;
	size_t count;
	int *others; /* ports that records name which are not this network's, or not known to be */
	size_t other_count;
	struct lease *rested; /* given up, and free for anybody by now */
	size_t rested_count;
	size_t done, failed;
	struct error first; /* why the first one failed */
};

static void gc_release(struct gc *g)
{
	free(g->list);
	free(g->rested);
	free(g->others);
	arena_release(&g->arena);
}

/* Whether the engine calls it valid. @instance: or null, where the lease is named after it */
static bool is_valid(const struct gc *g, const char *name, const char *instance)
{
	const size_t len = strcspn(name, "%");

	for (size_t i = 0; i < g->conf->valid_count; i++) {
		const struct cni_valid *v = &g->conf->valid[i];

		if (strcmp(v->ifname, cni_ifname_of(name)) != 0)
			continue;
		if (instance ? strcmp(v->instance, instance) == 0
			     : strlen(v->instance) == len && strncmp(v->instance, name, len) == 0)
			return true;
	}
	return false;
}

/* Adds one that is to end. Returns 0 or -ENOMEM. */
static int add(struct gc *g, const char *name, const char *instance, bool release)
{
	struct cni_ending one = { .release = release };

	one.name = arena_text(&g->arena, name);
	one.instance = instance ? arena_text(&g->arena, instance) : NULL;
	if (!one.name || (instance && !one.instance))
		return -ENOMEM;
	return list_add(&g->list, &g->count, &one, sizeof(one));
}

/* Remembers the port of an attachment that is not this network's. Returns 0 or -ENOMEM. */
static int add_other(struct gc *g, int port)
{
	return list_add(&g->others, &g->other_count, &port, sizeof(port));
}

/* The lease's name after "cni:", or null if it is another engine's. */
static const char *name_of(const char *ident)
{
	const size_t n = strlen("cni:");

	return strncmp(ident, "cni:", n) == 0 ? ident + n : NULL;
}

/* Whether a lease that nobody has, or may have, is this network's, and of a name that comes once.
 */
static bool is_left(const struct gc *g, const char *name, const struct lease *lease)
{
	return strcmp(lease->network, g->conf->network) == 0 && !lease->freed && !lease->pinned &&
	       !*lease->trouble && !strchr(name, ':') && g->conf->keep != CNI_KEEP_YES &&
	       !is_valid(g, name, NULL);
}

static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	struct gc *g = arg;
	struct lease_store *s = g->c->store;
	const char *name = name_of(ident);
	struct error ignored;
	struct lease lease;
	bool release;

	if (!name)
		return 0;
	/* it was lost and found again, and does not say of which network it is; what has ended was
	 * detached by hand, and keeps its lease as anybody's does */
	if (!*a->network && (a->ended ? a->word == WORD_NONE : !living(a)) &&
	    s->ops->present(s, ident, &lease, &ignored) == 1 && is_left(g, name, &lease))
		return add(g, name, a->instance, true);
	if (strcmp(a->network, g->conf->network) != 0)
		return a->port && !a->ended ? add_other(g, a->port) : 0;
	if (is_valid(g, name, a->instance))
		return 0;
	release = cni_gives_up(g->conf, name, a->instance);
	/* it is over, and has what it keeps */
	return a->ended && !release ? 0 : add(g, name, a->instance, release);
}

/* Adds a lease that has been given up, and has rested. Returns 0 or -ENOMEM. */
static int add_rested(struct gc *g, const struct lease *lease)
{
	return list_add(&g->rested, &g->rested_count, lease, sizeof(*lease));
}

/* A lease without a record, that a killed ADD or DEL has left: of a container that comes once. */
static int on_lease(const struct lease *lease, void *arg)
{
	struct gc *g = arg;
	struct lease_store *s = g->c->store;
	const char *name = name_of(lease->ident);
	struct attachment ignored_record;
	struct error ignored;

	if (name && lease->freed && !*lease->trouble && !lease_rests(lease, g->c->config->hold_s))
		return add_rested(g, lease);
	if (!name || !is_left(g, name, lease) ||
	    s->ops->attachment(s, lease->ident, &ignored_record, &ignored) != 0)
		return 0;
	return add(g, name, NULL, true);
}

/* Gives up such a lease, unless somebody is at work on it or has it by now. Returns 0 or -errno. */
static int give_up(struct context *c, struct nl_sock *host, const char *name, struct error *e)
{
	struct lease_store *s = c->store;
	char ident[IDENT_TEXT_MAX];
	_close_ int lock = -1;
	struct attachment ignored;
	struct trace trace;
	struct lease lease;
	int r = s->ops->lock(s, LOCK_CONTAINER, cni_ident(name, ident), false, 0, &lock, e);

	if (r == -EBUSY)
		return 0;
	if (r == 0)
		r = s->ops->attachment(s, ident, &ignored, e);
	if (r != 0)
		return r < 0 && r != -EBADMSG ? r : 0;
	r = s->ops->find(s, ident, &lease, e);
	/* its record is lost: reconcile finds it again */
	if (r <= 0 || lease.pinned || trace_leads(host, &lease.address, &trace))
		return r < 0 ? r : 0;
	r = withdraw_address(c, &lease, NULL, e);
	return r < 0 ? r : withdraw_lease(c, &lease, e);
}

/* Removes such a one, unless somebody is at work on it or has it by now. Returns 0 or -errno. */
static int remove_rested(struct lease_store *s, const struct lease *lease, struct error *e)
{
	_close_ int lock = -1;
	int r = s->ops->lock(s, LOCK_CONTAINER, lease->ident, false, 0, &lock, e);

	if (r == 0)
		r = s->ops->remove(s, lease, e);
	return r == -EBUSY || r == -ESTALE ? 0 : r;
}

/* Counts what became of one. */
static void count(struct gc *g, const char *name, int r, const struct error *e)
{
	g->done++;
	if (r >= 0)
		return;
	if (g->failed++ == 0)
		error_set(&g->first, STATUS_FAILED, r, "%.300s: %.600s", name, e->text);
}

/* Whether a veth is another network's. Its name alone does not tell: it has 20 bits of the
 * network's. */
static bool is_others(const struct gc *g, const struct link *veth)
{
	for (size_t i = 0; i < g->other_count; i++)
		if (g->others[i] == veth->ifindex)
			return true;
	return false;
}

/* Removes the veths of the network that belong to no valid attachment. */
static void remove_veths(struct gc *g, struct nl_sock *host)
{
	CLEANUP(veths_release) struct veths veths = { .read = false };
	char own[CNI_VETH_MAX], name[CNI_VETH_MAX];
	struct error e;
	int r = veths_read(host, &veths, &e);

	if (r < 0)
		count(g, "veths", r, &e);
	cni_veth_name(g->conf->full_network, "", "", own);
	for (size_t i = 0; r == 0 && i < veths.count; i++) {
		const char *outer = veths.list[i].name;
		bool valid = strlen(outer) != strlen(own) ||
			     strncmp(outer, own, VETH_OF_NETWORK) != 0 ||
			     is_others(g, &veths.list[i]);

		for (size_t k = 0; !valid && k < g->conf->valid_count; k++)
			valid = strcmp(outer, cni_veth_name(g->conf->full_network,
							    g->conf->valid[k].container,
							    g->conf->valid[k].ifname, name)) == 0;
		if (valid)
			continue;
		r = veth_remove(host, outer);
		count(g, outer, r < 0 ? error_sys(&e, r, "cannot remove it") : 0, &e);
		r = 0;
	}
}

int op_cni_gc(struct context *c, const struct cni_conf *conf, struct error *e)
{
	CLEANUP(gc_release) struct gc g = { .c = c, .conf = conf };
	struct lease_store *s = c->store;
	_nl_sock_ struct nl_sock *host = NULL;
	bool unread;
	int r = nl_open(&host, e);

	if (r == 0)
		r = s->ops->walk_attachments(s, on_record, &g, e);
	unread = s->unread;
	if (r == 0)
		r = s->ops->walk(s, on_lease, &g, e);
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot list the attachments");
	if (r < 0)
		return r;
	s->ops->sweep(s);
	for (size_t i = 0; i < g.count; i++) {
		const struct cni_ending *one = &g.list[i];
		struct error why;

		r = one->instance ? cni_end(c, one, &why) : give_up(c, host, one->name, &why);
		count(&g, one->name, r, &why);
	}
	for (size_t i = 0; i < g.rested_count; i++) {
		struct error why;

		r = remove_rested(s, &g.rested[i], &why);
		count(&g, g.rested[i].ident, r, &why);
	}
	if (conf->bridge)
		remove_veths(&g, host);
	/* unreadable is not absent: they stay */
	if (unread)
		count(&g, "records",
		      error_set(e, STATUS_FAILED, -EBADMSG,
				"some cannot be read: v6hook reconcile"),
		      e);
	/* what the guard keeps for ports that are gone */
	r = op_sweep(e);
	if (r < 0)
		count(&g, "guard", r, e);
	if (g.failed)
		return error_set(e, STATUS_FAILED, -EIO, "%zu of %zu could not be removed: %.700s",
				 g.failed, g.done, g.first.text);
	return 0;
}
