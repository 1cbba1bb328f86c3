/*
 * Addresses probed ahead of time, so that a container's first start does not wait for the probe.
 *
 * Theory of operation: a ready address is one that was probed, was nobody's, and has been answered
 * for by a marked proxy entry since. So it is this host's on the link in the sense of Duplicate
 * Address Detection (RFC 4862, 5.4): whoever probes for it finds it taken, another v6hook host too,
 * and it needs no second probe. The entry itself is the record, in the kernel: what loses the entry
 * (the uplink down, a reboot) ends the readiness with it. A lost carrier does not, and nobody is
 * answered meanwhile: the service then gives them up at once, and probes again. Only pools that
 * hand out their lowest free address have ready ones; in a larger one nobody knows which address a
 * name will lead to. The service keeps them, and gives them up when it ends, as an entry that
 * nobody needs is in its neighbours' way.
 */
#include "policy/ready.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/note.h"
#include "base/text.h"
#include "known/onlink.h"
#include "known/way.h"
#include "net/host.h"
#include "net/mark.h"
#include "net/marked.h"
#include "net/ndisc.h"
#include "net/neigh.h"
#include "net/route.h"
#include "policy/reserved.h"
#include "wire/nl.h"

bool ready_is(struct nl_sock *host, const struct uplink *u, const struct in6_addr *address)
{
	return u->carrier && proxy_is_marked(host, address, u->ifindex) == 1 &&
	       host_answers(u->name);
}

/* What the leases say of an address: is it to be had by a new container? */
enum state {
	TAKEN,	   /* leased, or freed and resting still, or damaged */
	ELSEWHERE, /* another answered for it, a while ago */
	FREE,
};

static enum state state_of(struct context *c, const struct in6_addr *address)
{
	struct error ignored;
	struct lease lease;

	if (c->store->ops->at(c->store, address, NULL, &ignored) == 0)
		return FREE;
	if (c->store->ops->at(c->store, address, &lease, &ignored) != 1 || !lease.freed ||
	    lease_rests(&lease, c->config->hold_s))
		return TAKEN;
	return strncmp(lease.ident, LEASE_ELSEWHERE, strlen(LEASE_ELSEWHERE)) == 0 ? ELSEWHERE
										   : FREE;
}

/* Whether the administrator has made something for the address, or an engine hands it out. */
static bool is_of_others(struct nl_sock *host, const struct host_addresses *own,
			 const struct pool *pool, const struct ready_address *a)
{
	const struct in6_addr *address = &a->address;
	struct onlink ignored;
	struct route route;

	if (route_lookup(host, address, &route) == 0 &&
	    ((route.length == 128 && route.protocol != V6HOOK_PROTOCOL) ||
	     onlink_find(host, own, pool, address, &route, 0, 0, &ignored)))
		return true;
	return proxy_exists(host, address, a->uplink.ifindex) == 1 &&
	       proxy_is_marked(host, address, a->uplink.ifindex) != 1;
}

/* How many of the free addresses are to be ready: other hosts on the link may use the range, too.
 */
static size_t share(size_t free)
{
	return free / READY_OF < READY_EACH ? free / READY_OF : READY_EACH;
}

/*
 * Adds the next addresses of one pool. One that another answered for a while ago is probed again,
 * but does not count: it may be the other's still. Returns 0 or -errno.
 */
static int list_pool(struct context *c, struct nl_sock *host, struct host_addresses *own,
		     const struct pool *pool, struct ready *ret, struct error *e)
{
	struct ready_address list[POOL_SMALL], *next = list;
	struct pool_walk walk;
	size_t free = 0, added = 0;

	/* goes on until enough free ones are known to compute the share */
	pool_walk_start(&walk, pool, "");
	while (free < READY_EACH * READY_OF && pool_walk_next(&walk, &next->address)) {
		enum state state = state_of(c, &next->address);

		if (state == TAKEN || reserved_is(c, own, &next->address))
			continue;
		if (way_out(host, own, pool, &next->address, 0, NULL, &next->uplink, e) < 0 ||
		    !next->uplink.has_mac || !next->uplink.carrier ||
		    !host_answers(next->uplink.name))
			return 0;
		if (is_of_others(host, own, pool, next))
			continue;
		next->counts = state == FREE;
		free += next->counts;
		next++;
	}
	for (struct ready_address *a = list; a < next && ret->count < READY_MOST; a++) {
		if (added == share(free))
			break;
		added += a->counts;
		ret->list[ret->count++] = *a;
	}
	return 0;
}

int ready_list(struct context *c, struct nl_sock *host, struct ready *ret, struct error *e)
{
	_host_addresses_ struct host_addresses own = { 0 };
	int r = 0;

	ret->count = 0;
	if (c->config->probe_ms == 0)
		return 0;
	r = host_addresses_read(host, &own, e);
	for (size_t i = 0; r == 0 && i < c->pools->count; i++)
		if (!c->pools->list[i].routed && c->pools->list[i].size <= POOL_SMALL)
			r = list_pool(c, host, &own, &c->pools->list[i], ret, e);
	return r;
}

/* A number that tells one entry from others. */
static uint64_t number_of(const struct marked_entry *entry)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &entry->address, text, sizeof(text));
	return text_hash(text, (uint64_t)entry->kind * 65536 + (uint64_t)entry->ifindex) | 1;
}

bool ready_missing(struct context *c, const struct marked *have, uint64_t *ret_extra)
{
	_nl_sock_ struct nl_sock *host = NULL;
	struct ready ready = { .count = 0 };
	struct error ignored;
	uint64_t extra = 0;
	size_t found = 0;

	if (c->config->probe_ms != 0 &&
	    (nl_open(&host, &ignored) < 0 || ready_list(c, host, &ready, &ignored) < 0))
		return false;
	for (size_t i = 0; i < have->count; i++) {
		bool is_one = false;

		for (size_t k = 0; have->list[i].kind == MARKED_PROXY && k < ready.count; k++)
			is_one |= ready.list[k].uplink.ifindex == have->list[i].ifindex &&
				  memcmp(&ready.list[k].address, &have->list[i].address,
					 sizeof(have->list[i].address)) == 0;
		found += is_one;
		if (!is_one)
			extra += number_of(&have->list[i]);
	}
	*ret_extra = extra;
	return found < ready.count;
}

/* Probes for one address and takes it, or sets it aside. Returns 0 or -errno. */
static int make_one(struct context *c, struct nl_sock *host, const struct ready_address *a,
		    struct error *e)
{
	const struct uplink *u = &a->uplink;
	unsigned char owner[6];
	bool new;
	int r = ndisc_probe(u->ifindex, u->mac, &a->address, c->config->probe_ms, owner, e);

	if (r < 0)
		return r;
	if (r == 1) {
		reserved_elsewhere(c, &a->address, owner);
		return 0;
	}
	/* a container may have got it meanwhile, after a probe of its own: the entry is the same */
	r = proxy_add(host, &a->address, u->ifindex, &new);
	return r < 0 ? error_sys(e, r, "cannot add a proxy entry on %s", u->name) : 0;
}

int ready_make(struct context *c, struct error *e)
{
	_nl_sock_ struct nl_sock *host = NULL;
	struct ready ready;
	int r = nl_open(&host, e);

	if (r == 0)
		r = ready_list(c, host, &ready, e);
	for (size_t i = 0; r == 0 && i < ready.count; i++)
		if (proxy_is_marked(host, &ready.list[i].address, ready.list[i].uplink.ifindex) ==
		    0)
			r = make_one(c, host, &ready.list[i], e);
	return r;
}

void ready_end(struct context *c, const struct marked *have)
{
	_nl_sock_ struct nl_sock *host = NULL;
	struct error ignored;
	struct lease lease;

	if (!have->count || nl_open(&host, &ignored) < 0)
		return;
	for (size_t i = 0; i < have->count; i++)
		if (have->list[i].kind == MARKED_PROXY &&
		    (c->store->ops->at(c->store, &have->list[i].address, NULL, &ignored) == 0 ||
		     (c->store->ops->at(c->store, &have->list[i].address, &lease, &ignored) == 1 &&
		      lease.freed)))
			marked_remove(host, &have->list[i]);
}
