/* pin, unpin: an address that stays a container's for good, or no longer. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/note.h"
#include "net/nl.h"
#include "net/uplink.h"
#include "ops/resolve.h"
#include "ops/verbs.h"

/* Refuses an address that the host has itself, or that the configuration gives to another. */
static int check_free(struct context *c, const struct in6_addr *address, const char *ident,
		      struct error *e)
{
	_host_addresses_ struct host_addresses own = { 0 };
	_nl_sock_ struct nl_sock *host = NULL;
	char text[INET6_ADDRSTRLEN];
	const char *why;
	int r = nl_open(&host, e);

	if (r == 0)
		r = host_addresses_read(host, &own, e);
	if (r < 0)
		return r;
	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (host_addresses_have(&own, address, &why))
		return error_set(e, STATUS_IN_USE, -EADDRINUSE, "address %s %s", text, why);
	for (size_t i = 0; i < c->config->container_count; i++) {
		const struct config_container *other = &c->config->containers[i];

		if (other->has_address && strcmp(other->ident, ident) != 0 &&
		    memcmp(&other->address, address, sizeof(*address)) == 0)
			return error_set(e, STATUS_IN_USE, -EADDRINUSE,
					 "address %s is reserved for %.200s by the configuration",
					 text, other->ident);
	}
	return 0;
}

/* Claims the address as a pin; the former lease, if any, is given up. */
static int move_pin(struct context *c, const char *ident, const struct in6_addr *address,
		    const struct lease *held, struct error *e)
{
	struct attachment a;
	struct lease lease;
	int r = held ? c->store->ops->attachment(c->store, ident, &a, e) : 0;

	if (r < 0)
		return r;
	if (r == 1 && attachment_is_live(&a, c->boot_id))
		return error_set(e, STATUS_FAILED, -EBUSY,
				 "it is attached with another address: v6hook detach %s first",
				 ident);
	r = check_free(c, address, ident, e);
	if (r == 0)
		r = lease_claim(c->store, address, ident, true, c->config->hold_s, &lease, e);
	if (r == 0 && held)
		r = lease_free(c->store, held, e);
	return r;
}

int op_pin(struct context *c, const struct request *q, struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	char ident[IDENT_TEXT_MAX];
	struct lease lease;
	struct ident id;
	int r;

	if (!pools_find(c->pools, &q->address, e))
		return -ERANGE;
	r = resolve_holder(c, q, false, &id, e);
	if (r == 0)
		r = s->ops->lock(s, LOCK_CONTAINER, ident_text(&id, ident), false, CONTEXT_WAIT_MS,
				 &lock, e);
	if (r == 0)
		r = s->ops->find(s, ident, &lease, e);
	if (r < 0)
		return r;
	if (r == 0 || memcmp(&lease.address, &q->address, sizeof(lease.address)) != 0)
		return move_pin(c, ident, &q->address, r ? &lease : NULL, e);
	if (lease.pinned)
		return 0;
	lease.pinned = true;
	return s->ops->update(s, &lease, e);
}

int op_unpin(struct context *c, const struct request *q, struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int lock = -1;
	char ident[IDENT_TEXT_MAX];
	struct lease lease;
	struct ident id;
	int r = resolve_holder(c, q, true, &id, e);

	if (r == 0)
		r = s->ops->lock(s, LOCK_CONTAINER, ident_text(&id, ident), false, CONTEXT_WAIT_MS,
				 &lock, e);
	if (r == 0)
		r = s->ops->find(s, ident, &lease, e);
	if (r <= 0)
		return r < 0 ? r
			     : error_set(e, STATUS_NO_CONTAINER, -ENOENT, "%s holds no lease",
					 ident);
	if (!lease.pinned)
		return 0;
	lease.pinned = false;
	return s->ops->update(s, &lease, e);
}
