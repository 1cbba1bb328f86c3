/* evict: takes an address out of service that has become another host's, for good. */
#include <errno.h>

#include "ops/verbs.h"

int op_evict(struct context *c, const struct in6_addr *address, struct listing *ret,
	     struct error *e)
{
	/* as by an administrator's hand: what runs here still does not take it back */
	struct request q = { .release = true, .lost = true, .word = WORD_ROOT };
	char container[IDENT_TEXT_MAX];
	struct lease lease;
	struct ident ident;
	int r = c->store->ops->at(c->store, address, &lease, e);

	*ret = (struct listing){ 0 };
	if (r <= 0 || *lease.trouble || lease.freed || ident_from_text(lease.ident, &ident) < 0)
		return r < 0 ? r : 0;
	q.container = ident_container(&ident, container);
	q.lxcpath = *ident.path ? ident.path : NULL;
	r = op_detach(c, &q, ret, e);
	ret->ident = ident;
	return r == -ESTALE ? 0 : r;
}
