/* Leases and kernel entries that belong to nobody: what a run that was killed has left. */
#include "policy/leftover.h"

#include <errno.h>
#include <string.h>

#include "known/living.h"
#include "known/trace.h"

/*
 * Whether the container is recorded as attached, or may be. @served: and not waiting for a port
 * Returns 1, 0 or -errno.
 */
static int is_live(struct context *c, const char *ident, bool served, struct error *e)
{
	struct attachment now;
	int r = c->store->ops->attachment(c->store, ident, &now, e);

	if (r == -EBADMSG)
		return 1;
	return r <= 0 ? r : attachment_is_live(&now, c->boot_id) && !(served && now.waits);
}

int leftover_lease(struct context *c, struct nl_sock *host, const char *ident,
		   const struct in6_addr *address, struct lease *ret_now, int *ret_lock,
		   struct error *e)
{
	struct lease_store *s = c->store;
	struct lease present, now;
	struct trace trace;
	_close_ int lock = -1;
	int r = s->ops->lock(s, LOCK_CONTAINER, ident, false, 0, &lock, e), live = 0;

	if (r == -EBUSY)
		return LEFTOVER_NONE;
	if (r == 0)
		r = s->ops->at(s, address, &now, e);
	if (r == 0 || (r == 1 && (now.freed || strcmp(now.ident, ident) != 0)))
		return LEFTOVER_NONE;
	if (r >= 0)
		r = s->ops->find(s, ident, &present, e);
	if (r == 1 && memcmp(&present.address, address, sizeof(*address)) == 0)
		return LEFTOVER_NONE;
	/* beside a present lease it was left in a move; without one it may have lost its link */
	if (r == 0)
		live = is_live(c, ident, false, e);
	/* and its record with it: what the kernel leads to a container is that container's */
	if (r == 0 && live == 0)
		live = trace_leads(host, address, &trace);
	if (r < 0 || live < 0)
		return r < 0 ? r : live;
	*ret_now = now;
	*ret_lock = steal_fd(&lock);
	/* what is pinned is given up by nobody but who pinned it */
	return live || (r == 0 && now.pinned) ? LEFTOVER_UNLINKED : LEFTOVER_GONE;
}

int leftover_entry(struct context *c, const struct marked_entry *entry, int *ret_lock,
		   struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	struct lease lease;
	int r = s->ops->at(s, &entry->address, &lease, e);

	if (r < 0)
		return r;
	if (r == 0 || lease.freed)
		return r == 0 ? LEFTOVER_UNKNOWN : LEFTOVER_GONE;
	if (*lease.trouble)
		return LEFTOVER_NONE;
	r = s->ops->lock(s, LOCK_CONTAINER, lease.ident, false, 0, &lock, e);
	if (r == -EBUSY)
		return LEFTOVER_NONE;
	if (r == 0)
		r = is_live(c, lease.ident, true, e);
	if (r != 0)
		return r < 0 ? r : LEFTOVER_NONE;
	*ret_lock = steal_fd(&lock);
	return LEFTOVER_GONE;
}

void leftover_word(struct context *c, const char *ident, const struct attachment *a)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	struct attachment now;
	struct error ignored;
	struct lease lease;

	if (!a->ended || !a->word || (strcmp(a->boot_id, c->boot_id) == 0 && living(a)) ||
	    s->ops->present(s, ident, &lease, &ignored) != 0 ||
	    s->ops->lock(s, LOCK_CONTAINER, ident, false, 0, &lock, &ignored) < 0)
		return;
	if (s->ops->attachment(s, ident, &now, &ignored) == 1 && attachment_same(&now, a) &&
	    s->ops->find(s, ident, &lease, &ignored) == 0)
		s->ops->attach(s, ident, NULL, &ignored);
}
