/* pin, unpin: an address that stays a container's for good, or no longer. */
#include <errno.h>
#include <string.h>

#include "keep/former.h"
#include "known/held.h"
#include "known/resolve.h"
#include "net/own.h"
#include "ops/verbs.h"
#include "policy/reserved.h"
#include "wire/nl.h"

/* Refuses an address that the host has itself, or that the configuration gives to another. */
static int check_free(struct context *c, const struct in6_addr *address, const char *ident,
		      struct error *e)
{
	_host_addresses_ struct host_addresses own = { 0 };
	_nl_sock_ struct nl_sock *host = NULL;
	int r = nl_open(&host, e);

	if (r < 0)
		return r;
	host_addresses_begin(host, &own);
	return reserved_check(c, &own, ident, address, e);
}

/* Claims the address as a pin; the former lease, if any, is given up. */
static int move_pin(struct context *c, const char *ident, const struct in6_addr *address,
		    const struct lease *held, struct error *e)
{
	struct attachment a;
	struct error ignored;
	struct lease lease;
	int r = held ? c->store->ops->attachment(c->store, ident, &a, e) : 0;

	if (r < 0)
		return r;
	if (r == 1 && attachment_is_live(&a, c->boot_id))
		return error_set(
			e, STATUS_FAILED, -EBUSY,
			"it is attached with another address: v6hook detach %s, then pin it, "
			"then v6hook attach %s",
			ident, ident);
	r = check_free(c, address, ident, e);
	if (r == 0)
		r = lease_claim(c->store, address, ident, true, c->config->hold_s, &lease, e);
	if (r < 0 || !held)
		return r;
	r = former_give_up(c, NULL, held, e);
	/* it keeps the one that it cannot give up */
	if (r < 0)
		c->store->ops->remove(c->store, &lease, &ignored);
	return r;
}

/* Gives up what a run that was killed between the new lease and the former one left. */
static int finish_move(struct context *c, const char *ident, struct error *e)
{
	struct attachment a;
	int r = c->store->ops->attachment(c->store, ident, &a, e);

	/* one that is attached may still be reached there: the next attach ends that */
	if (r == -EBADMSG)
		return 0;
	if (r < 0 || (r == 1 && attachment_is_live(&a, c->boot_id)))
		return r < 0 ? r : 0;
	return former_leave(c, NULL, ident, e);
}

int op_pin(struct context *c, const struct request *q, struct error *e)
{
	_held_ struct held h = HELD_NONE;
	struct ident id;
	int r;

	if (!pools_find(c->pools, &q->address, e))
		return -ERANGE;
	r = held_take(c, q, false, &h, e);
	if (r == 0 && !h.found && ident_from_text(h.ident, &id) == 0)
		r = resolve_own_name(&id, e);
	if (r < 0)
		return r;
	if (!h.found || memcmp(&h.lease.address, &q->address, sizeof(h.lease.address)) != 0)
		return move_pin(c, h.ident, &q->address, h.found ? &h.lease : NULL, e);
	r = finish_move(c, h.ident, e);
	if (r < 0 || h.lease.pinned)
		return r;
	h.lease.pinned = true;
	return c->store->ops->update(c->store, &h.lease, e);
}

int op_unpin(struct context *c, const struct request *q, struct error *e)
{
	_held_ struct held h = HELD_NONE;
	int r = held_take(c, q, true, &h, e);

	if (r < 0)
		return r;
	if (!h.found)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "%s holds no lease", h.ident);
	if (!h.lease.pinned)
		return 0;
	h.lease.pinned = false;
	return c->store->ops->update(c->store, &h.lease, e);
}
