/*
 * The fence of addresses that hosts share.
 *
 * Theory of operation: a proxy entry goes on answering while the process that made it is stopped,
 * and a host that was stopped may find its address another's. So what the kernel sends for such an
 * address, an answer or an announcement (both go through its output hook), is dropped unless it is
 * let through, and unless an element is there that goes by itself after a time.
 *
 * A process can be stopped between what it learns and what it tells the kernel. So it never tells
 * what would be wrong when it comes too late: each change rests on an element that was made before
 * etcd was asked, and is refused if that is gone. The time is kept thus: what opens the fence
 * removes the element that stood when etcd was asked, which fails when its time is over, and makes
 * the new one. So it is open for twice that time at most from when etcd was asked; nobody else may
 * have an address before (etcd's lease runs longer: watch/sharer.c). Whose an address is, likewise:
 * by a ticket that is made before etcd is asked, and that goes when any address is taken away.
 */
#include "filter/fence.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "filter/batch.h"
#include "filter/build.h"
#include "filter/read.h"

#define EARLY (-10)
#define UPPER META(L4PROTO, 1)
#define ICMPV6 "\x3a"
#define ADVERTISEMENT "\x88"
#define TARGET TRANSPORT(8, 16)
#define NFPROTO 2 /* nft(8)'s number of that type */

enum fence_set { SHARED, OWN, TICKETS, OPEN, WAITS };

static const struct filter_set sets[] = {
	[SHARED] = { "shared", FILTER_IPV6, 16, "addresses that may become another host's" },
	[OWN] = { "own", FILTER_IPV6, 16, "those that are this host's" },
	[TICKETS] = { "tickets", FILTER_IPV6, 16, "who asks etcd just now" },
	[OPEN] = { "open", NFPROTO, 1, "etcd was heard of lately" },
	[WAITS] = { "waits", NFPROTO, 1, "it is asked just now" },
};

/* clang-format off */
static const struct term output[] = {
	UPPER, ISNT(ICMPV6), ACCEPT,
	TRANSPORT(0, 1), ISNT(ADVERTISEMENT), ACCEPT,
	TARGET, NOT_IN("shared"), ACCEPT,
	TARGET, NOT_IN("own"), DROP_AS("another host's"),
	META(NFPROTO, 1), NOT_IN("open"), DROP_AS("etcd was not heard of lately"),
};
/* clang-format on */

static const struct filter_chain chains[] = {
	{ "output", true, NF_INET_LOCAL_OUT, EARLY, output, ARRAY_SIZE(output) },
};

static const struct filter_table table = {
	.name = "v6hook-shared",
	.family = NFPROTO_IPV6,
	.comment = "v6hook's fence of what hosts share: v6hook watch keeps it",
	.sets = sets,
	.set_count = ARRAY_SIZE(sets),
	.chains = chains,
	.chain_count = ARRAY_SIZE(chains),
	.expiring = 1u << OPEN | 1u << WAITS,
};

static int fail(struct error *e, int r)
{
	return error_sys(e, r,
			 "cannot change the fence of shared addresses (nft list table ip6 "
			 "v6hook-shared)");
}

static struct filter_element one(enum fence_set set, const struct in6_addr *address)
{
	struct filter_element element = { .set = (uint8_t)set, .len = address ? 16 : 1 };

	if (address)
		memcpy(element.key, address, sizeof(*address));
	else
		element.key[0] = NFPROTO_IPV6;
	return element;
}

static void add(struct batch *b, enum fence_set set, const struct in6_addr *address)
{
	const struct filter_element element = one(set, address);

	batch_add(b, build_element(&table, &element, true));
}

/* Refuses the batch if it is not there. */
static void leave(struct batch *b, enum fence_set set, const struct in6_addr *address)
{
	const struct filter_element element = one(set, address);

	batch_add(b, build_element(&table, &element, false));
}

/* Whether it is there or not. */
static void leave_any(struct batch *b, enum fence_set set, const struct in6_addr *address)
{
	add(b, set, address);
	leave(b, set, address);
}

static void add_for(struct batch *b, enum fence_set set, unsigned int ms)
{
	const struct filter_element element = one(set, NULL);

	batch_add(b, build_element_for(&table, &element, ms));
}

static void empty(struct batch *b, enum fence_set set)
{
	batch_add(b, build_empty(&table, set));
}

/* Returns as the functions of the header; @late: what it is if something is not there. */
static int commit(struct batch *b, int late, struct error *e)
{
	int r = batch_commit(b);

	if (r == -ENOENT && late)
		return late;
	return r < 0 ? fail(e, r) : 0;
}

static void add_message(struct nl_msg *message, void *arg)
{
	batch_add(arg, message);
}

int fence_make(struct nl_sock *nl, struct error *e)
{
	_batch_ struct batch b = { 0 };
	int r = read_is_there(nl, &table);

	if (r != 0)
		return r < 0 ? fail(e, r) : 0;
	batch_begin(&b, nl, 0);
	build_table(&table, add_message, &b);
	r = batch_commit(&b);
	/* somebody else was quicker */
	return r < 0 && r != -EEXIST ? fail(e, r) : 0;
}

int fence_hold(struct nl_sock *nl, const struct in6_addr *address, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	add(&b, SHARED, address);
	return commit(&b, 0, e);
}

/* Whether the element is there. Returns 1, 0 or -errno. */
static int has(struct nl_sock *nl, const struct filter_element *element, struct error *e)
{
	struct filter_element ignored;
	int r = read_element(nl, &table, element, &ignored);

	return r == 0 ? 1 : r == -ENOENT ? 0 : fail(e, r);
}

int fence_has(struct nl_sock *nl, const struct in6_addr *address, struct error *e)
{
	const struct filter_element element = one(OWN, address);

	return has(nl, &element, e);
}

int fence_is_open(struct nl_sock *nl, struct error *e)
{
	const struct filter_element element = one(OPEN, NULL);

	return has(nl, &element, e);
}

int fence_ask(struct nl_sock *nl, struct in6_addr *ret, struct error *e)
{
	_batch_ struct batch b = { 0 };
	struct in6_addr ticket;

	if (getrandom(&ticket, sizeof(ticket), 0) != sizeof(ticket))
		return fail(e, -errno);
	batch_begin(&b, nl, 0);
	add(&b, TICKETS, &ticket);
	*ret = ticket;
	return commit(&b, 0, e);
}

int fence_let(struct nl_sock *nl, const struct in6_addr *ticket, const struct in6_addr *address,
	      struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	leave(&b, TICKETS, ticket);
	add(&b, SHARED, address);
	add(&b, OWN, address);
	return commit(&b, -ESTALE, e);
}

int fence_take(struct nl_sock *nl, const struct in6_addr *address, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	add(&b, SHARED, address);
	leave_any(&b, OWN, address);
	empty(&b, TICKETS);
	return commit(&b, 0, e);
}

int fence_take_all(struct nl_sock *nl, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	empty(&b, TICKETS);
	empty(&b, OWN);
	return commit(&b, 0, e);
}

int fence_let_all(struct nl_sock *nl, const struct in6_addr *list, size_t count, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	for (size_t i = 0; i < count; i++) {
		add(&b, SHARED, &list[i]);
		add(&b, OWN, &list[i]);
	}
	return batch_is_empty(&b) ? 0 : commit(&b, 0, e);
}

int fence_wait(struct nl_sock *nl, unsigned int ms, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	leave_any(&b, WAITS, NULL);
	add_for(&b, WAITS, ms);
	return commit(&b, 0, e);
}

int fence_open(struct nl_sock *nl, bool first, unsigned int ms, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	if (first) {
		leave(&b, WAITS, NULL);
		leave_any(&b, OPEN, NULL);
	} else {
		leave(&b, OPEN, NULL);
	}
	add_for(&b, OPEN, ms);
	return commit(&b, -ESTALE, e);
}

int fence_close(struct nl_sock *nl, struct error *e)
{
	_batch_ struct batch b = { 0 };

	batch_begin(&b, nl, 0);
	leave_any(&b, OPEN, NULL);
	leave_any(&b, WAITS, NULL);
	return commit(&b, 0, e);
}
