/* An address that an engine has given anew, or somebody names, while its last holder's lease goes
 * on. */
#include "policy/succeed.h"

#include <errno.h>
#include <string.h>

#include "keep/withdraw.h"
#include "known/living.h"
#include "policy/forgotten.h"

/*
 * Ends the lease of one that is gone, for an address that the engine has given anew, or that is
 * named. Returns 0, or -EADDRINUSE if the holder is to have it still, or -errno.
 */
static int end_former(struct context *c, const struct lease *wanted_lease,
		      const struct succeed_named *named, struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	struct attachment a;
	struct lease holder, now;
	struct error error;
	bool has_record;
	int r;

	if (s->ops->claim(s, wanted_lease, &holder, &error) != -EEXIST || holder.pinned ||
	    *holder.host)
		return -EADDRINUSE; /* whether it is gone on another host, that one knows */
	if (holder.freed)
		return named ? -EADDRINUSE : 0;
	r = s->ops->lock(s, LOCK_CONTAINER, holder.ident, false, CONTEXT_WAIT_MS, &lock, e);
	if (r == 0)
		r = s->ops->attachment(s, holder.ident, &a, e);
	/* nobody knows whether it lives */
	if (r == -EBADMSG)
		return -EADDRINUSE;
	if (r < 0)
		return r;
	has_record = r == 1;
	if (has_record && attachment_is_live(&a, c->boot_id) && living(&a))
		return -EADDRINUSE;
	if (named && !forgotten(c, &holder, has_record ? &a : NULL, named->known))
		return -EADDRINUSE;
	if (s->ops->find(s, holder.ident, &now, e) != 1 ||
	    memcmp(&now.address, &holder.address, sizeof(now.address)) != 0)
		return 0;
	r = withdraw_address(c, &holder, has_record ? &a : NULL, e);
	return r < 0 ? r : withdraw_lease(c, &holder, e);
}

int succeed(struct context *c, const char *ident, const struct in6_addr *address,
	    const struct succeed_named *named, struct lease *ret, struct error *e)
{
	const struct lease lease = lease_new(c->store, ident, address, false);
	struct error why = *e;
	int r = end_former(c, &lease, named, e);

	if (r == -EADDRINUSE && named)
		*e = why;
	else if (r == -EADDRINUSE)
		return error_set(
			e, STATUS_IN_USE, r,
			"%.320s, and the engine has given it to this one, too: put that "
			"network's subnet under \"exclude\" in the pool, or give the network "
			"another --subnet",
			why.text);
	return r < 0 ? r : lease_claim(c->store, address, ident, false, 0, ret, e);
}
