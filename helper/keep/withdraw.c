/* Taking an address out of service: from the kernel, from the records, from its holder. */
#include "keep/withdraw.h"

#include <errno.h>

#include "base/note.h"
#include "keep/former.h"
#include "keep/guarded.h"
#include "keep/opened.h"
#include "known/living.h"
#include "net/container.h"
#include "net/host.h"
#include "net/link.h"
#include "net/marked.h"
#include "net/netns.h"
#include "net/port.h"
#include "wire/nl.h"

#define TRIES 2 /* of what has no way back */

/* The ifindex of a name, or 0 if there is no such interface now. */
static int index_of(struct nl_sock *nl, const char *name)
{
	struct link link;

	return *name && link_by_name(nl, name, &link) == 0 ? link.ifindex : 0;
}

/*
 * Removes address and route from the container, if the instance that has them runs still.
 * Returns 0 or -errno.
 */
static int clear_container(struct context *c, struct nl_sock *host, const struct attachment *a,
			   struct error *e)
{
	_netns_ struct netns netns = NETNS_NONE;
	_nl_sock_ struct nl_sock *inner = NULL;
	struct port port;
	int r = living_open(a, &netns, e);

	if (r <= 0)
		return r;
	r = netns_nl_open(&netns, &inner, e);
	if (r == 0)
		r = port_find(host, inner, &netns, a->mac, &port, e);
	if (r == 0)
		r = container_remove(inner, &c->config->gateway, port.inner, e);
	return r;
}

/* Removes everything of the lease from the kernel. @a: null if unknown. Returns 0 or -errno. */
static int clear(struct context *c, const struct lease *lease, const struct attachment *a,
		 struct error *e)
{
	_nl_sock_ struct nl_sock *host = NULL;
	int r = nl_open(&host, e), uplink, bridge;
	struct error left;

	if (r < 0)
		return r;
	uplink = a ? index_of(host, a->uplink) : 0;
	bridge = a ? index_of(host, a->bridge) : 0;
	/* nothing recorded, or an interface that has another name by now: look through all entries
	 */
	r = uplink && bridge ? host_remove(host, &lease->address, uplink, bridge, e)
			     : marked_remove_address(host, &lease->address, e);
	if (r == 0)
		r = former_leave(c, host, lease->ident, e);
	/* not before: an address that is public is guarded */
	if (r == 0) {
		guarded_end(c, lease->ident, NULL, NULL);
		opened_end(c, host);
	}
	if (r < 0 || !a || !attachment_is_live(a, c->boot_id))
		return r;
	for (int tries = 0; tries < TRIES; tries++) {
		r = clear_container(c, host, a, &left);
		if (r == 0)
			return 0;
	}
	/* it is cut off already: what is left in it harms nobody */
	note(NOTE_DETAIL, "left in the container: %s", left.text);
	return 0;
}

/*
 * Removes everything of the lease, as clear; there is no way back from the middle of it, so that a
 * failure which may have been a passing one makes it begin again.
 */
int withdraw_address(struct context *c, const struct lease *lease, const struct attachment *a,
		     struct error *e)
{
	int r = -EAGAIN;

	for (int tries = 0; tries < TRIES && r < 0; tries++)
		r = clear(c, lease, a, e);
	return r;
}

/* Stores or forgets the attachment: what is not recorded is attached again by reconcile. */
int withdraw_record(struct context *c, const char *ident, const struct attachment *a,
		    struct error *e)
{
	int r = -EAGAIN;

	for (int tries = 0; tries < TRIES && r < 0; tries++)
		r = c->store->ops->attach(c->store, ident, a, e);
	return r;
}

/*
 * Gives the lease of a container that is detached up. Its record goes first: killed in between, it
 * is detached and has its lease. Returns 0 or -errno.
 */
int withdraw_lease(struct context *c, const struct lease *lease, struct error *e)
{
	return withdraw_lease_but(c, lease, NULL, e);
}

/*
 * The same, but with a record that stays. On a full disk the record's own room is what the lease
 * needs to be given up: then it is written last. Returns 0 or -errno.
 */
int withdraw_lease_but(struct context *c, const struct lease *lease, const struct attachment *last,
		       struct error *e)
{
	int r = withdraw_record(c, lease->ident, last, e);
	bool lost = false;
	struct error why;

	for (int tries = 0; tries < TRIES && r == 0; tries++) {
		r = lease_free(c->store, lease, e);
		if (r == 0)
			break;
		lost |= last && withdraw_record(c, lease->ident, NULL, e) == 0;
		if (tries == 0)
			r = 0;
	}
	if (r == 0 && lost && withdraw_record(c, lease->ident, last, &why) < 0)
		note(NOTE_WARNING, "it may attach itself again: %s", why.text);
	return r < 0 ? error_prefix(e, r, "it is detached, but has its lease") : 0;
}
