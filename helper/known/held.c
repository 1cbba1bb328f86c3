/* A container's lease, held: nobody else works on that container until it is released. */
#include "known/held.h"

#include "known/resolve.h"

int held_take(const struct context *c, const struct request *q, bool must_exist, struct held *ret,
	      struct error *e)
{
	struct lease_store *s = c->store;
	_held_ struct held h = HELD_NONE;
	struct ident id;
	int r = resolve_holder(c, q, must_exist, &id, e);

	if (r == 0)
		r = s->ops->lock(s, LOCK_CONTAINER, ident_text(&id, h.ident), false,
				 CONTEXT_WAIT_MS, &h.lock, e);
	if (r == 0)
		r = s->ops->find(s, h.ident, &h.lease, e);
	if (r < 0)
		return r;
	h.found = r == 1;
	*ret = h;
	h.lock = -1;
	return 0;
}
