/*
 * Where this host's leases and what etcd holds of them differ, and making them agree.
 *
 * Theory of operation: etcd's leases are read first and sorted, then this host's are walked by
 * them. One that was made or given up in between looks as if it were missing on one side: what is
 * done about it compares revisions once more, so that it changes nothing.
 */
#include "store/etcd_heal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "store/etcd_store.h"

struct heal {
	struct lease_store *s;
	bool changes, fenced;
	etcd_heal_each each;
	void *arg;
	struct one {
		struct lease lease;
		bool met; /* this host has it, too */
	} * list;	  /* what etcd holds, sorted */
	size_t count;
	struct in6_addr *shared; /* which containers have that hosts share, sorted */
	size_t shared_count;
};

static void heal_release(struct heal *h)
{
	free(h->list);
	free(h->shared);
}

static int add(const struct lease *lease, void *arg)
{
	struct heal *h = arg;
	const struct one one = { .lease = *lease };

	return list_add(&h->list, &h->count, &one, sizeof(one));
}

static int by_address(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	return memcmp(&x->lease.address, &y->lease.address, sizeof(x->lease.address));
}

/* Called for each container that hosts share. */
static int on_shared(const struct etcd_kv *kv, size_t begin, void *arg)
{
	struct heal *h = arg;
	struct in6_addr address;

	(void)begin;
	return inet_pton(AF_INET6, kv->value, &address) == 1
		       ? list_add(&h->shared, &h->shared_count, &address, sizeof(address))
		       : 0;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct in6_addr));
}

/* Reads which containers hosts share, if they share any. Returns 0 or -errno. */
static int read_shared(struct heal *h, struct error *e)
{
	int r = etcd_store_shares(h->s) ? etcd_store_each_shared(h->s, on_shared, h, e) : 0;

	if (r == 0 && h->shared_count)
		qsort(h->shared, h->shared_count, sizeof(*h->shared), by_bytes);
	return r;
}

/*
 * Tells one difference. @r, @e: what became of its mending. Returns what each returned; or
 * -EHOSTDOWN: while etcd does not answer the rest waits.
 */
static int tell(struct heal *h, enum etcd_heal what, const struct lease *lease, int r,
		const struct error *e)
{
	int told = h->each(what, lease, r < 0 ? e->text : NULL, h->arg);

	return told == 0 && r == -EHOSTDOWN ? r : told;
}

/* Ends a walk as etcd_heal is to end. */
static int ended(int r, struct error *e)
{
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot read etcd's leases");
	return r == -EHOSTDOWN ? error_set(e, STATUS_FAILED, r, "etcd does not answer any more")
			       : r;
}

/* Has hosts share a container of this host's, if they are to and do not. Returns as compare. */
static int share(struct heal *h, const struct lease *lease)
{
	struct error e;
	int r;

	if (!etcd_store_shares(h->s) ||
	    (h->shared_count &&
	     bsearch(&lease->address, h->shared, h->shared_count, sizeof(*h->shared), by_bytes)))
		return 0;
	r = etcd_store_share(h->s, lease, h->changes && h->fenced, &e);
	if (r == 1 && h->changes && !h->fenced)
		r = error_set(&e, STATUS_FAILED, -EBUSY,
			      "nothing that hosts share is answered for: does v6hook watch run?");
	return r == 0 ? 0 : tell(h, ETCD_HEAL_SHARE, lease, r, &e);
}

/* Whether a lease is one that etcd is to have as well. */
static bool is_held(const struct lease *lease)
{
	/* what rests here may be anybody's there; what was left is given up by others */
	return !lease->freed && !lease->left && !*lease->trouble;
}

/* Compares one lease of this host's with what etcd holds of its address. */
static int compare(const struct lease *lease, void *arg)
{
	struct heal *h = arg;
	const struct one key = { .lease.address = lease->address };
	struct one *there =
		h->count ? bsearch(&key, h->list, h->count, sizeof(*h->list), by_address) : NULL;
	struct error e;
	int r;

	if (there)
		there->met = true;
	if (!is_held(lease))
		return 0;
	if (there && !*there->lease.trouble && !there->lease.freed &&
	    etcd_store_is_own(h->s, &there->lease, lease->ident) &&
	    there->lease.pinned == lease->pinned)
		return share(h, lease);
	if (there && (*there->lease.trouble || !etcd_store_is_host(h->s, &there->lease) ||
		      strcmp(there->lease.ident, lease->ident) != 0)) {
		snprintf(e.text, sizeof(e.text), "in etcd it is %.300s's on host %s",
			 *there->lease.trouble ? "somebody" : there->lease.ident,
			 *there->lease.trouble ? "?" : there->lease.host);
		return h->each(ETCD_HEAL_LOST, lease, e.text, h->arg);
	}
	r = h->changes ? etcd_store_give(h->s, lease, &e) : 0;
	return tell(h, ETCD_HEAL_GIVE, lease, r, &e);
}

/* Makes those here that this host has in etcd alone. Returns 0 or what each returned. */
static int take_all(struct heal *h)
{
	for (size_t i = 0; i < h->count; i++) {
		struct lease *lease = &h->list[i].lease;
		struct error e;
		int r;

		if (h->list[i].met || *lease->trouble || lease->freed ||
		    !etcd_store_is_host(h->s, lease))
			continue;
		r = h->changes ? etcd_store_take(h->s, lease, &e) : 0;
		/* it has another address by now, or it is another's */
		if (r == -ESTALE)
			continue;
		r = tell(h, ETCD_HEAL_TAKE, lease, r, &e);
		if (r != 0)
			return r;
	}
	return 0;
}

int etcd_heal(struct lease_store *s, bool changes, bool fenced, etcd_heal_each each, void *arg,
	      struct error *e)
{
	CLEANUP(heal_release)
	struct heal h = { .s = s, .changes = changes, .fenced = fenced, .each = each, .arg = arg };
	int r;

	if (!s->shared)
		return 0;
	r = etcd_store_each(s, add, &h, e);
	if (r == 0)
		r = read_shared(&h, e);
	if (r < 0)
		return r == -EHOSTDOWN ? r : ended(r, e);
	if (h.count)
		qsort(h.list, h.count, sizeof(*h.list), by_address);
	r = s->ops->walk(s, compare, &h, e);
	return ended(r == 0 ? take_all(&h) : r, e);
}

/* Called for each lease of this host's. */
static int share_one(const struct lease *lease, void *arg)
{
	return is_held(lease) ? share(arg, lease) : 0;
}

int etcd_heal_shared(struct lease_store *s, etcd_heal_each each, void *arg, struct error *e)
{
	CLEANUP(heal_release)
	struct heal h = { .s = s, .changes = true, .fenced = true, .each = each, .arg = arg };
	int r;

	if (!s->shared || !etcd_store_shares(s))
		return 0;
	r = read_shared(&h, e);
	/* that has said where it does not answer */
	if (r == -EHOSTDOWN)
		return r;
	return ended(r == 0 ? s->ops->walk(s, share_one, &h, e) : r, e);
}

/* For whom others' leases are. */
struct others {
	struct lease_store *s;
	int (*each)(const struct lease *lease, void *arg);
	void *arg;
};

static int on_other(const struct lease *lease, void *arg)
{
	struct others *o = arg;

	return lease->freed || (!*lease->trouble && etcd_store_is_host(o->s, lease))
		       ? 0
		       : o->each(lease, o->arg);
}

int etcd_others(struct lease_store *s, int (*each)(const struct lease *lease, void *arg), void *arg,
		struct error *e)
{
	struct others o = { s, each, arg };

	return s->shared ? etcd_store_each(s, on_other, &o, e) : 0;
}
