/* Who answers for an address that hosts share: what is asked before a proxy entry is made. */
#include "keep/answered.h"

#include <errno.h>

#include "base/note.h"
#include "base/text.h"
#include "filter/fence.h"
#include "net/ndisc.h"
#include "store/etcd_store.h"

#define TRIES 4 /* while addresses are taken away */

/* Asks etcd whose it is, and has it let through. Returns as answered_begin. */
static int let_through(struct nl_sock *nl, const struct context *c, const struct lease *lease,
		       bool take, struct error *e)
{
	struct in6_addr ticket;
	char text[INET6_ADDRSTRLEN];
	int r = -ESTALE;

	for (int tries = 0; r == -ESTALE && tries < TRIES; tries++) {
		r = fence_ask(nl, &ticket, e);
		if (r == 0)
			r = etcd_store_answers(c->store, lease, take, e);
		if (r == 0)
			return error_set(e, STATUS_FAILED, -ESTALE,
					 "%s is another host's by now: v6hook list --all",
					 text_address(&lease->address, text));
		if (r == 1)
			r = fence_let(nl, &ticket, &lease->address, e);
	}
	if (r == -ESTALE)
		return error_set(e, STATUS_FAILED, -EAGAIN,
				 "others move addresses again and again: try once more");
	return r;
}

int answered_begin(const struct context *c, const struct lease *lease, bool take, struct error *e)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	char text[INET6_ADDRSTRLEN];
	int r;

	if (!c->config->store.shared)
		return 0;
	r = nl_open_filter(&nl, e);
	if (r == 0)
		r = fence_make(nl, e);
	if (r == 0)
		r = fence_hold(nl, &lease->address, e);
	if (r == 0)
		r = fence_has(nl, &lease->address, e);
	if (r == 0)
		r = let_through(nl, c, lease, take, e);
	/* it stays held back: the service lets it through when it has etcd's word */
	if (r == -EHOSTDOWN || r == -EIO) {
		note(NOTE_STATE, "%s is not answered for yet: %s",
		     text_address(&lease->address, text), e->text);
		return 0;
	}
	if (r >= 0)
		r = fence_is_open(nl, e);
	if (r == 0)
		note(NOTE_STATE, "%s is not answered for until v6hook watch has heard of etcd",
		     text_address(&lease->address, text));
	return r < 0 ? r : 0;
}

int answered_announce(const struct context *c, int ifindex, const unsigned char own_mac[6],
		      const struct in6_addr *source, const struct in6_addr *address,
		      struct error *e)
{
	int r;

	if (!c->config->store.shared)
		return ndisc_announce_many(ifindex, own_mac, source, address, e);
	r = ndisc_announce_raw(ifindex, own_mac, source, address, e);
	/* held back; a service that may open no such socket does not reach etcd either */
	return r == -EPERM || r == -EAFNOSUPPORT ? 0 : r;
}
