/* reconcile's other half: leases and kernel entries that belong to nobody. */
#include "ops/leftover.h"

#include <errno.h>
#include <string.h>

#include "ops/former.h"

int leftover_fail(struct reconcile *r, enum reconcile_what what, const char *ident,
		  const struct in6_addr *address, const struct error *e)
{
	struct reconcile_action action = {
		.what = what,
		.address = *address,
		.why = "let alone",
		.error = e->text,
	};

	if (ident)
		ident_from_text(ident, &action.ident);
	return r->each(&action, r->arg);
}

int leftover_is_stray(const struct reconcile *r, const struct lease *lease, struct error *e)
{
	struct lease present;
	int err = r->c->store->ops->find(r->c->store, lease->ident, &present, e);

	return err < 0 ? err
		       : err == 0 || memcmp(&present.address, &lease->address,
					    sizeof(present.address)) != 0;
}

/* Whether the entry keeps an address ready. */
static bool is_ready(const struct reconcile *r, const struct marked_entry *entry)
{
	for (size_t i = 0; entry->kind == MARKED_PROXY && i < r->ready.count; i++)
		if (r->ready.list[i].uplink.ifindex == entry->ifindex &&
		    memcmp(&r->ready.list[i].address, &entry->address, sizeof(entry->address)) == 0)
			return true;
	return false;
}

/* Whether the container is recorded as attached. Returns 1, 0 or -errno. */
static int is_live(const struct reconcile *r, const char *ident, struct error *e)
{
	struct attachment now;
	int err = r->c->store->ops->attachment(r->c->store, ident, &now, e);

	return err <= 0 ? err : attachment_is_live(&now, r->c->boot_id);
}

/*
 * Whether a marked entry is nobody's: no live attachment accounts for it now. The leases are asked
 * again, as someone may have been attached since they were read. @ret_lock: held while it is
 * removed
 * Returns 1, 0 (also if its container is at work) or -errno.
 */
static int is_orphan(struct reconcile *r, const struct marked_entry *entry, int *ret_lock,
		     struct error *e)
{
	struct lease_store *s = r->c->store;
	struct lease lease;
	int err;

	if (is_ready(r, entry))
		return 0;
	for (size_t i = 0; i < r->holder_count; i++)
		if (r->holders[i].keeps && memcmp(&r->holders[i].lease.address, &entry->address,
						  sizeof(entry->address)) == 0)
			return 0;
	err = s->ops->at(s, &entry->address, &lease, e);
	if (err <= 0 || lease.freed)
		return err < 0 ? err : 1;
	err = s->ops->lock(s, LOCK_CONTAINER, lease.ident, false, 0, ret_lock, e);
	if (err == -EBUSY)
		return 0;
	if (err == 0)
		err = is_live(r, lease.ident, e);
	return err < 0 ? err : !err;
}

int leftover_stray(struct reconcile *r, const struct lease *stray)
{
	struct reconcile_action action = {
		.what = RECONCILE_REMOVE,
		.address = stray->address,
		.why = "lease that was left in a move or a start",
	};
	struct lease_store *s = r->c->store;
	struct lease present, now;
	_close_ int lock = -1;
	struct error e;
	int err = s->ops->lock(s, LOCK_CONTAINER, stray->ident, false, 0, &lock, &e);

	if (err == -EBUSY)
		return 0;
	if (err == 0)
		err = s->ops->at(s, &stray->address, &now, &e);
	if (err == 0 || (err == 1 && (now.freed || strcmp(now.ident, stray->ident) != 0)))
		return 0;
	if (err >= 0)
		err = s->ops->find(s, stray->ident, &present, &e);
	if (err == 1 && memcmp(&present.address, &stray->address, sizeof(present.address)) == 0)
		return 0;
	if (err == 0)
		err = is_live(r, stray->ident, &e);
	else if (err == 1)
		err = 0;
	if (err < 0)
		return leftover_fail(r, RECONCILE_REMOVE, stray->ident, &stray->address, &e);
	if (ident_from_text(stray->ident, &action.ident) < 0)
		return 0;
	if (err == 1) {
		action.what = RECONCILE_ATTACH;
		action.why = "link to its lease";
		if (reconcile_changes(r) && s->ops->claim(s, &now, &present, &e) < 0)
			action.error = "cannot make it";
		return r->each(&action, r->arg);
	}
	if (reconcile_changes(r) && former_give_up(r->c, r->nl, &now, &e) < 0)
		action.error = e.text;
	return r->each(&action, r->arg);
}

int leftover_entry(struct reconcile *r, const struct marked_entry *entry)
{
	struct reconcile_action action = {
		.what = RECONCILE_REMOVE,
		.address = entry->address,
		.why = marked_name(entry->kind),
	};
	_close_ int lock = -1;
	struct error e;
	int err = is_orphan(r, entry, &lock, &e);

	if (err < 0)
		return leftover_fail(r, RECONCILE_REMOVE, NULL, &entry->address, &e);
	if (err == 0)
		return 0;
	err = reconcile_changes(r) ? marked_remove(r->nl, entry) : 0;
	if (err < 0)
		action.error = strerror(-err);
	return r->each(&action, r->arg);
}
