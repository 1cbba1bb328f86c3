/*
 * The lease store of a host that shares its ranges with others, in etcd.
 *
 * Theory of operation: it lies over a store in a directory, which holds this host's own leases and
 * all its records as ever; whatever is looked up is looked up there alone. What changes who has an
 * address (claim, update, rename, remove) is done in etcd first, by one transaction that compares
 * the revisions of both keys of the lease, and in the directory when that is done. So etcd is asked
 * for new addresses, and for those given up; what is attached is repaired, and what is known is
 * attached again, without it.
 *
 * Killed between the two, etcd has a lease in this host's name of which the directory knows
 * nothing: the next claim of that container finds it by the container's key, and takes it. The
 * other way round, a lease that is removed there and still here is removed again.
 */
#include "store/etcd_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/etcd_change.h"
#include "store/etcd_move.h"
#include "store/etcd_pair.h"
#include "store/etcd_share.h"
#include "store/etcd_taken.h"

struct etcd_store {
	const struct config_store *c;
	const struct lease_store_ops *local; /* of the directory */
	struct lease_store_ops ops;	     /* the same, but for those below */
	struct etcd_http *http;
	struct etcd_taken *taken; /* by anybody, once a claim has met another's; or null */
};

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Whether the lease is this container's, of this host, and not given up. */
static bool is_own(const struct etcd_store *s, const struct lease *lease, const char *ident)
{
	return !lease->freed && strcmp(lease->ident, ident) == 0 &&
	       strcmp(lease->host, s->c->host) == 0;
}

/* As a caller is told of another's lease: of this host's own without its name. */
static struct lease told(const struct etcd_store *s, const struct lease *lease)
{
	struct lease l = *lease;

	if (strcmp(l.host, s->c->host) == 0)
		l.host[0] = '\0';
	return l;
}

/*
 * What etcd holds for a container at an address; where it is the same on all hosts, another's
 * becomes this one's. Returns 1, 0 if it does not hold it, or -errno.
 */
static int fetch(struct etcd_store *es, const struct in6_addr *address, const char *ident,
		 struct lease *ret, struct error *e)
{
	struct etcd_pair pair;
	int r;

	if (es->c->shared)
		return etcd_move(es->http, es->c, address, ident, true, ret, e);
	r = etcd_pair_look(es->http, es->c, address, ident, &pair, e);
	if (r < 0)
		return r;
	if (pair.address_revision == 0 || pair.damaged || !is_own(es, &pair.lease, ident))
		return 0;
	*ret = told(es, &pair.lease);
	return 1;
}

/*
 * Makes known here again what etcd holds for a container of which the directory knows nothing.
 * @address: which its key there names
 * Returns -EALREADY with a message when that is done, 0 if it does not hold it, or -errno.
 */
static int adopt(struct lease_store *s, const struct in6_addr *address, const char *ident,
		 struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease lease, holder;
	char text[INET6_ADDRSTRLEN];
	struct error ignored;
	int r = fetch(es, address, ident, &lease, e);

	if (r <= 0)
		return r;
	/* as it was given up here when it became another host's */
	if (es->local->at(s, address, &holder, e) == 1 && holder.freed)
		es->local->remove(s, &holder, &ignored);
	r = es->local->claim(s, &lease, &holder, e);
	/* another one would be a second one of a container that is the same everywhere */
	if ((r == -EEXIST || r == -EBADMSG) && es->c->shared)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "it has %s in etcd, which is another's here: v6hook reconcile",
				 text_address(address, text));
	if (r < 0)
		return r == -EEXIST || r == -EBADMSG ? 0 : r;
	return error_set(e, STATUS_FAILED, -EALREADY,
			 "it has %s in etcd, which is known here again: try once more",
			 text_address(address, text));
}

/* What stands in the way of a claim. Returns as the claim of a store, or 0: the change may be
 * tried anew with what is known by now. */
static int obstacle(struct lease_store *s, const struct lease *lease, const struct etcd_pair *now,
		    struct lease *ret_holder, struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease present;

	/* it is the same container's on another host, whatever is asked for here */
	if (es->c->shared && now->holder_revision && now->has_address &&
	    es->local->present(s, lease->ident, &present, e) == 0) {
		int r = adopt(s, &now->address, lease->ident, e);

		if (r != 0)
			return r;
	}
	if (now->address_revision && now->damaged)
		return -EBADMSG;
	if (now->address_revision && !is_own(es, &now->lease, lease->ident)) {
		*ret_holder = told(es, &now->lease);
		if (!es->taken && !now->lease.freed)
			etcd_taken_read(es->http, es->c, &es->taken);
		return -EEXIST;
	}
	/* it has one already, of which the directory does not know */
	if (!now->address_revision && now->holder_revision && now->has_address &&
	    !same(&now->address, &lease->address) &&
	    es->local->present(s, lease->ident, &present, e) == 0)
		return adopt(s, &now->address, lease->ident, e);
	return 0;
}

/* Takes a claim back that the directory could not follow. */
static void unclaim(struct lease_store *s, const struct lease *lease, const char *ident)
{
	struct etcd_store *es = s->shared;
	struct etcd_pair pair;
	struct lease former;
	struct error ignored;
	const struct in6_addr *back = es->local->present(s, lease->ident, &former, &ignored) == 1
					      ? &former.address
					      : NULL;

	if (etcd_pair_look(es->http, es->c, &lease->address, ident, &pair, &ignored) == 0)
		etcd_pair_change(es->http, es->c, &lease->address, ident, &pair,
				 &(struct etcd_change){ NULL, back }, &ignored);
}

/* Claims in etcd, and then here. Returns as the claim of a store. */
static int claim_anew(struct lease_store *s, const struct lease *lease, struct lease *ret_holder,
		      struct error *e)
{
	struct etcd_store *es = s->shared;
	/* one that is claimed only to rest has no holder */
	const char *ident = lease->freed ? "" : lease->ident;
	const struct etcd_change change = { lease, &lease->address };
	struct etcd_pair known = { 0 }; /* most are free, and most who ask have none */
	int r = 0;

	for (int tries = 0; r == 0 && tries < ETCD_TRIES; tries++) {
		r = etcd_pair_change(es->http, es->c, &lease->address, ident, &known, &change, e);
		if (r < 0)
			return error_prefix(e, r, "no address can be had anew");
		if (r == 0)
			r = obstacle(s, lease, &known, ret_holder, e);
		if (r < 0)
			return r;
	}
	if (r == 0)
		return etcd_overtaken(e);
	r = es->local->claim(s, lease, ret_holder, e);
	if (r < 0)
		unclaim(s, lease, ident);
	return r;
}

static int shared_claim(struct lease_store *s, const struct lease *lease, struct lease *ret_holder,
			struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease held, present;
	int r = es->local->at(s, &lease->address, &held, e);

	if (r < 0)
		return r;
	if (r == 0)
		return claim_anew(s, lease, ret_holder, e);
	if (*held.trouble)
		return -EBADMSG;
	if (held.freed || strcmp(held.ident, lease->ident) != 0) {
		*ret_holder = held;
		return -EEXIST;
	}
	r = es->local->present(s, lease->ident, &present, e);
	if (r < 0)
		return r;
	/* a known one is not asked for */
	if (r == 1 && same(&present.address, &lease->address) && held.pinned == lease->pinned)
		return es->local->claim(s, lease, ret_holder, e);
	return claim_anew(s, lease, ret_holder, e);
}

static int shared_update(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct etcd_store *es = s->shared;
	const struct etcd_change change = { lease, lease->freed ? NULL : &lease->address };
	int r = etcd_change_own(es->http, es->c, lease, lease->ident, &change, e);

	/* another has it: here it is given up without asking */
	if (r < 0 && !(r == -ESTALE && lease->freed))
		return r;
	return es->local->update(s, lease, e);
}

static int shared_rename(struct lease_store *s, const struct lease *lease, const char *ident,
			 struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease renamed = *lease;
	int r;

	snprintf(renamed.ident, sizeof(renamed.ident), "%s", ident);
	/* killed in between, the container's former key leads to a lease that is not its own */
	r = etcd_change_own(es->http, es->c, lease, ident,
			    &(struct etcd_change){ &renamed, &lease->address }, e);
	if (r == 0)
		r = etcd_change_own(es->http, es->c, &renamed, lease->ident,
				    &(struct etcd_change){ &renamed, NULL }, e);
	return r < 0 ? r : es->local->rename(s, lease, ident, e);
}

static int shared_remove(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct etcd_store *es = s->shared;
	int r = etcd_change_remove(es->http, es->c, lease, e);

	/* what is another's in etcd is not to be kept here either */
	if ((r < 0 && r != -ESTALE) || *lease->host)
		return r;
	return es->local->remove(s, lease, e);
}

bool etcd_store_is_host(const struct lease_store *s, const struct lease *lease)
{
	return strcmp(lease->host, s->shared->c->host) == 0;
}

bool etcd_store_is_own(const struct lease_store *s, const struct lease *lease, const char *ident)
{
	return is_own(s->shared, lease, ident);
}

int etcd_store_give(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct etcd_store *es = s->shared;

	return etcd_change_own(es->http, es->c, lease, lease->ident,
			       &(struct etcd_change){ lease, &lease->address }, e);
}

int etcd_store_take(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease present, holder, own = told(es, lease);
	_close_ int lock = -1;
	struct etcd_pair pair;
	int r = es->local->lock(s, LOCK_CONTAINER, lease->ident, false, 0, &lock, e);

	if (r == 0)
		r = etcd_pair_look(es->http, es->c, &lease->address, lease->ident, &pair, e);
	if (r < 0)
		return r == -EBUSY ? -ESTALE : r;
	if (pair.address_revision == 0 || pair.damaged || !is_own(es, &pair.lease, lease->ident))
		return -ESTALE;
	r = es->local->present(s, lease->ident, &present, e);
	if (r < 0)
		return r;
	/* a move that was killed before the former one was given up there */
	if (r == 1) {
		r = etcd_pair_change(es->http, es->c, &lease->address, lease->ident, &pair,
				     &(struct etcd_change){ NULL, NULL }, e);
		return r < 0 ? r : -ESTALE;
	}
	r = es->local->claim(s, &own, &holder, e);
	if (r == -EEXIST || r == -EBADMSG)
		error_set(e, STATUS_FAILED, r, "here it is another's");
	return r;
}

int etcd_store_answers(struct lease_store *s, const struct lease *lease, bool take, struct error *e)
{
	struct etcd_store *es = s->shared;
	struct lease ignored;

	return etcd_move(es->http, es->c, &lease->address, lease->ident, take, &ignored, e);
}

int etcd_store_reach(struct lease_store *s, struct error *e)
{
	const struct etcd_store *es = s->shared;
	struct etcd_pair ignored;

	return es ? etcd_pair_look(es->http, es->c, &in6addr_any, "", &ignored, e) : 0;
}

bool etcd_store_shares(const struct lease_store *s)
{
	return s->shared->c->shared;
}

int etcd_store_share(struct lease_store *s, const struct lease *lease, bool change, struct error *e)
{
	return etcd_share(s->shared->http, s->shared->c, lease, change, e);
}

int etcd_store_each_shared(struct lease_store *s,
			   int (*each)(const struct etcd_kv *kv, size_t begin, void *arg),
			   void *arg, struct error *e)
{
	return etcd_each_key(s->shared->http, s->shared->c, ETCD_SHARED, false, each, arg, e);
}

int etcd_store_each(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		    void *arg, struct error *e)
{
	return etcd_each_lease(s->shared->http, s->shared->c, false, each, arg, e);
}

static int shared_at(struct lease_store *s, const struct in6_addr *address, struct lease *ret,
		     struct error *e)
{
	struct etcd_store *es = s->shared;
	int r = es->local->at(s, address, ret, e);

	return r == 0 && !ret && es->taken ? etcd_taken_has(es->taken, address) : r;
}

/* Others free addresses without a word. */
static bool shared_is_full(struct lease_store *s, uint64_t ranges)
{
	(void)s, (void)ranges;
	return false;
}

void etcd_store_off(struct lease_store *s)
{
	struct etcd_store *es = s->shared;

	if (!es)
		return;
	s->ops = es->local;
	s->shared = NULL;
	etcd_http_free(es->http);
	if (es->taken)
		etcd_taken_free(es->taken);
	free(es);
}

static void shared_close(struct lease_store *s)
{
	etcd_store_off(s);
	lease_store_close(s);
}

int etcd_store_over(struct lease_store *s, const struct config_store *c, struct error *e)
{
	struct etcd_store *es = calloc(1, sizeof(*es));
	int r = es ? etcd_http_new(c, &es->http, e)
		   : error_sys(e, -ENOMEM, "cannot open the lease store");

	if (r < 0) {
		free(es);
		return r;
	}
	etcd_store_off(s);
	es->c = c;
	es->local = s->ops;
	es->ops = *s->ops;
	es->ops.close = shared_close;
	es->ops.claim = shared_claim;
	es->ops.update = shared_update;
	es->ops.rename = shared_rename;
	es->ops.remove = shared_remove;
	es->ops.at = shared_at;
	es->ops.is_full = shared_is_full;
	s->shared = es;
	s->ops = &es->ops;
	return 0;
}
