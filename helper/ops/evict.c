/* evict: takes an address out of service that has become another host's, for good. */
#include <errno.h>

#include "ops/verbs.h"
#include "store/etcd_store.h"

/* Gives the lease up of one that is not attached. Returns 0 or -errno. */
static int give_up(struct context *c, const struct lease *lease, struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	int r = s->ops->lock(s, LOCK_CONTAINER, lease->ident, false, CONTEXT_WAIT_MS, &lock, e);

	if (r == 0)
		r = etcd_store_answers(s, lease, false, e);
	if (r == 0)
		r = lease_free(s, lease, e);
	return r < 0 && r != -EBUSY ? r : 0;
}

int op_evict(struct context *c, const struct in6_addr *address, struct listing *ret,
	     struct error *e)
{
	/* as by an administrator's hand: what runs here still does not take it back */
	struct request q = { .release = true, .lost = true, .word = WORD_ROOT };
	char container[IDENT_TEXT_MAX];
	struct lease lease;
	struct attachment a;
	struct ident ident;
	int r = c->store->ops->at(c->store, address, &lease, e);

	*ret = (struct listing){ 0 };
	if (r <= 0 || *lease.trouble || lease.freed || ident_from_text(lease.ident, &ident) < 0)
		return r < 0 ? r : 0;
	r = c->store->ops->attachment(c->store, lease.ident, &a, e);
	if (r <= 0 || !attachment_is_live(&a, c->boot_id))
		return r < 0 ? r : give_up(c, &lease, e);
	/* it may have been taken back, by a new instance: then the record is another, too */
	r = etcd_store_answers(c->store, &lease, false, e);
	if (r != 0)
		return r < 0 && r != -EBUSY ? r : 0;
	q.expected = &a;
	q.container = ident_container(&ident, container);
	q.lxcpath = *ident.path ? ident.path : NULL;
	r = op_detach(c, &q, ret, e);
	ret->ident = ident;
	return r == -ESTALE ? 0 : r;
}
