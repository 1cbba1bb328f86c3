/* What is left over: leases that killed runs have left, and entries of the kernel's for nobody. */
#include "ops/reconcile.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/note.h"
#include "keep/former.h"
#include "known/trace.h"
#include "policy/leftover.h"

int reconcile_leave_lease(struct reconcile *r, struct holder *h)
{
	struct reconcile_action action = {
		.what = RECONCILE_REMOVE,
		.address = h->address,
		.why = "lease that was left in a move or a start",
	};
	struct lease_store *s = r->c->store;
	struct lease now, holder;
	_close_ int lock = -1;
	struct error e;
	int err = leftover_lease(r->c, r->look.host, h->ident, &h->address, &now, &lock, &e);

	if (err < 0)
		return reconcile_fail(r, RECONCILE_REMOVE, h->ident, &h->address, &e);
	if (err == LEFTOVER_NONE || ident_from_text(h->ident, &action.ident) < 0)
		return 0;
	if (err == LEFTOVER_UNLINKED) {
		h->keeps = true;
		action.what = RECONCILE_ATTACH;
		action.why = "link to its lease";
		if (reconcile_changes(r) && s->ops->claim(s, &now, &holder, &e) < 0)
			action.error = "cannot make it";
	} else if (reconcile_changes(r) && former_give_up(r->c, r->look.host, &now, &e) < 0) {
		action.error = e.text;
	}
	return r->each(&action, r->arg);
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

/*
 * Whether the entry is of an address that leads to a container, though neither lease nor record
 * tells of it: the store is lost, and what works stays.
 */
static bool leads_on(const struct reconcile *r, const struct marked_entry *entry)
{
	char address[INET6_ADDRSTRLEN], why[256];
	struct trace trace;

	if (!trace_leads(r->look.host, &entry->address, &trace))
		return false;
	trace_tell(&trace, why, sizeof(why));
	/* once for all its entries */
	if (entry->kind == MARKED_ROUTE)
		note(NOTE_STATE, "%s: %s; if that is gone: ip -6 route del %s",
		     inet_ntop(AF_INET6, &entry->address, address, sizeof(address)), why, address);
	return true;
}

/* Whether one of them is to keep what the kernel has of the address. */
static bool is_kept(const struct holders *holders, const struct in6_addr *address)
{
	const struct holder *h = holders_find(holders, address);

	return h && h->keeps;
}

int reconcile_leave_entry(struct reconcile *r, const struct marked_entry *entry)
{
	struct reconcile_action action = {
		.what = RECONCILE_REMOVE,
		.address = entry->address,
		.why = marked_name(entry->kind),
	};
	_close_ int lock = -1;
	struct error e;
	int err;

	if (is_ready(r, entry))
		return 0;
	if (is_kept(&r->look.present, &entry->address) || is_kept(&r->look.strays, &entry->address))
		return 0;
	err = leftover_entry(r->c, entry, &lock, &e);
	if (err < 0)
		return reconcile_fail(r, RECONCILE_REMOVE, NULL, &entry->address, &e);
	if (err == LEFTOVER_NONE || (err == LEFTOVER_UNKNOWN && leads_on(r, entry)))
		return 0;
	err = reconcile_changes(r) ? marked_remove(r->look.host, entry) : 0;
	if (err < 0)
		action.error = strerror(-err);
	return r->each(&action, r->arg);
}
