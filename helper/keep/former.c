/* The lease that a container had before it moved to its present one. */
#include "keep/former.h"

#include <errno.h>

#include "keep/guarded.h"
#include "net/marked.h"

/* Ends the guard of what the container has no more; the lease tells of it until then. A record that
 * is damaged says nothing of that. Returns 0 or -errno. */
static int unguard(struct context *c, const struct lease *former, struct error *e)
{
	struct attachment now;
	int r = c->store->ops->attachment(c->store, former->ident, &now, e);

	if (r == 1 && now.has_address && attachment_is_live(&now, c->boot_id))
		guarded_end(c, former->ident, &now.address, &now);
	return r < 0 && r != -EBADMSG ? r : 0;
}

int former_give_up(struct context *c, struct nl_sock *host, const struct lease *former,
		   struct error *e)
{
	struct error ignored;
	int r = host ? marked_remove_address(host, &former->address, e) : 0;

	if (r == 0)
		r = unguard(c, former, e);
	if (r < 0)
		return r;
	/* one that the configuration has left behind need not rest: nobody gets it */
	return pools_find(c->pools, &former->address, &ignored)
		       ? lease_free(c->store, former, e)
		       : c->store->ops->remove(c->store, former, e);
}

int former_leave(struct context *c, struct nl_sock *host, const char *ident, struct error *e)
{
	struct lease former;
	int r = c->store->ops->former(c->store, ident, &former, e);

	return r > 0 ? former_give_up(c, host, &former, e) : r;
}
