/* Taking an address back from the lease that has been idle the longest. */
#include "store/reclaim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/list.h"
#include "base/note.h"

#define ABOUT_S 2 /* between the hint that a lease is idle and the record that says so */

/* A lease that may be taken back, and since when it has been idle. */
struct idle {
	int64_t since;
	struct lease lease;
};

/* All of them, and what decides which they are. */
struct reclaim {
	struct lease_store *s;
	const struct pools *pools;
	const char *ident; /* for whom */
	lease_forbidden forbidden;
	void *arg;
	char boot_id[40];
	int64_t now, boot; /* boot: when this kernel started; seconds since the epoch */
	int64_t before;	   /* only what has been idle since then or longer */
	struct idle *list;
	size_t count;
	size_t resting; /* idle, but not for hold_s yet */
	struct in6_addr taken;
};

static void reclaim_release(struct reclaim *r)
{
	free(r->list);
}

/* The time, not before the boot; what is to come was told by a clock that was wrong. */
static int64_t since_boot(const struct reclaim *r, int64_t told)
{
	return told > r->boot && told <= r->now ? told : r->boot;
}

/* Whether the holder of the lease has another, which it took in place of this one. */
static bool is_left(const struct reclaim *r, const struct lease *lease)
{
	struct error ignored;
	struct lease present;

	return !lease->freed && r->s->ops->present(r->s, lease->ident, &present, &ignored) == 1 &&
	       memcmp(&present.address, &lease->address, sizeof(present.address)) != 0;
}

/*
 * Since when the lease has been idle, or -1 if it may not be taken back. A lease that its holder
 * has left for another address (its holder's present one is elsewhere) has been so for ever; what
 * was attached when the machine went down, since it came up. A power loss may take the record of
 * that with it, so that a lease without one counts as attached until then.
 * @left: as is_left says it
 */
static int64_t idle_since(const struct reclaim *r, const struct lease *lease, bool left)
{
	struct attachment a;
	struct error ignored;
	int err;

	if (*lease->trouble)
		return -1;
	if (lease->freed)
		return lease->freed > r->now ? 0 : lease->freed;
	if (left)
		return 0;
	if (lease->pinned)
		return -1;
	err = r->s->ops->attachment(r->s, lease->ident, &a, &ignored);
	/* one that cannot be read may say that it is attached */
	if (err < 0)
		return -1;
	if (err == 0)
		return since_boot(r, lease->created);
	if (attachment_is_live(&a, r->boot_id))
		return -1;
	return a.ended && a.since <= r->now ? a.since : since_boot(r, a.since);
}

/*
 * Puts the lease on the list if it may be taken back. Attachments are not durable: one that says
 * that its container was detached before the boot may be older than what ran until then, so that
 * nothing that rests on one is ready before hold_s have passed since.
 */
static int consider(const struct lease *lease, void *arg)
{
	struct reclaim *r = arg;
	struct error ignored;
	int64_t since, ready;

	if (!pools_find(r->pools, &lease->address, &ignored) ||
	    (r->forbidden && r->forbidden(&lease->address, true, r->arg)))
		return 0;
	/* most are their holders' present ones, as the walk has seen; it tells also of those that
	 * have lost their link */
	since = idle_since(r, lease, lease->left && is_left(r, lease));
	ready = since;
	if (!lease->freed && since > 0 && since < r->boot)
		ready = r->boot;
	if (ready > r->before)
		r->resting++;
	if (since < 0 || ready > r->before)
		return 0;
	return list_add(&r->list, &r->count, &(const struct idle){ since, *lease },
			sizeof(*r->list));
}

static int by_age(const void *a, const void *b)
{
	const struct idle *x = a, *y = b;

	return x->since < y->since ? -1 : x->since > y->since;
}

/*
 * Takes one idle lease away from its holder, unless the holder is busy or came back meanwhile.
 * Returns 0, -EAGAIN if it is not to be had, or -errno.
 */
static int take_back(struct reclaim *r, const struct idle *idle, const char *ident, struct error *e)
{
	_close_ int holder = -1;
	char text[INET6_ADDRSTRLEN];
	int err;

	/* only tried, as the caller holds another container's lock: never two that wait */
	if (strcmp(idle->lease.ident, ident) != 0) {
		err = r->s->ops->lock(r->s, LOCK_CONTAINER, idle->lease.ident, false, 0, &holder,
				      e);
		if (err < 0)
			return -EAGAIN;
	}
	if (idle_since(r, &idle->lease, is_left(r, &idle->lease)) != idle->since)
		return -EAGAIN;
	err = r->s->ops->remove(r->s, &idle->lease, e);
	if (err < 0)
		return err == -ESTALE ? -EAGAIN : err;
	if (!idle->lease.freed)
		note(NOTE_WARNING, "the range is full: took %s back from %s, idle the longest",
		     inet_ntop(AF_INET6, &idle->lease.address, text, sizeof(text)),
		     idle->lease.ident);
	return 0;
}

/*
 * Whether the lease of an address, said to be idle since then, can be taken back, and taking it.
 * For each_idle: puts 1 into ret when that is done.
 */
static enum lease_idle follow(const struct in6_addr *address, int64_t since, int *ret, void *arg)
{
	struct reclaim *r = arg;
	struct idle idle;
	struct error ignored;
	int64_t now;

	if (r->s->ops->at(r->s, address, &idle.lease, &ignored) != 1)
		return LEASE_IDLE_NO_MORE;
	now = idle_since(r, &idle.lease, is_left(r, &idle.lease));
	/* attached again, pinned, or idle anew, which is told later; but it may only be about to be
	 * recorded as detached */
	if (now != since)
		return now < 0 && since + ABOUT_S >= time(NULL) ? LEASE_IDLE_STILL
								: LEASE_IDLE_NO_MORE;
	idle.since = now;
	/* those that follow are idle for less time still */
	if (now > r->before || (!idle.lease.freed && now < r->boot && r->boot > r->before)) {
		*ret = -ENOSPC;
		return LEASE_IDLE_STILL;
	}
	if (!pools_find(r->pools, address, &ignored) ||
	    (r->forbidden && r->forbidden(address, true, r->arg)) ||
	    take_back(r, &idle, r->ident, &ignored) < 0)
		return LEASE_IDLE_STILL;
	r->taken = *address;
	*ret = 1;
	return LEASE_IDLE_NO_MORE;
}

/* Makes the hints anew, of what was found by reading all. */
static void write_hints(const struct reclaim *r)
{
	_free_ struct lease_idle_entry *list = calloc(r->count + 1, sizeof(*list));

	for (size_t i = 0; list && i < r->count; i++)
		list[i] = (struct lease_idle_entry){ r->list[i].since, r->list[i].lease.address };
	if (list)
		r->s->ops->set_idle(r->s, list, r->count);
}

/* Makes it ready to be asked. Returns 0 or -errno. */
static int begin(struct reclaim *r, unsigned int hold_s, struct error *e)
{
	r->now = time(NULL);
	r->boot = lease_booted();
	r->before = r->now - hold_s;
	return lease_boot_id(r->boot_id, e);
}

int reclaim_could(struct lease_store *s, const struct pools *pools, lease_forbidden forbidden,
		  void *arg, unsigned int hold_s, struct error *e)
{
	CLEANUP(reclaim_release)
	struct reclaim reclaim = {
		.s = s, .pools = pools, .ident = "", .forbidden = forbidden, .arg = arg
	};
	int r = begin(&reclaim, hold_s, e);

	if (r == 0)
		r = s->ops->walk(s, consider, &reclaim, e);
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot look for an idle lease");
	return r < 0 ? r : reclaim.count > 0;
}

int reclaim_one(struct lease_store *s, const struct pools *pools, const char *ident,
		lease_forbidden forbidden, void *arg, unsigned int hold_s, struct in6_addr *ret,
		struct error *e)
{
	CLEANUP(reclaim_release)
	struct reclaim reclaim = {
		.s = s,
		.pools = pools,
		.ident = ident,
		.forbidden = forbidden,
		.arg = arg,
	};
	int r = begin(&reclaim, hold_s, e);

	if (r < 0)
		return r;
	if (s->ops->each_idle(s, follow, &reclaim) == 1) {
		*ret = reclaim.taken;
		return 0;
	}
	r = s->ops->walk(s, consider, &reclaim, e);
	if (r < 0)
		return r == -ENOMEM ? error_sys(e, r, "cannot look for an idle lease") : r;
	if (reclaim.count)
		qsort(reclaim.list, reclaim.count, sizeof(*reclaim.list), by_age);
	write_hints(&reclaim);
	for (size_t i = 0; i < reclaim.count; i++) {
		r = take_back(&reclaim, &reclaim.list[i], ident, e);
		*ret = reclaim.list[i].lease.address;
		if (r != -EAGAIN)
			return r;
	}
	if (reclaim.resting)
		return error_set(
			e, STATUS_FULL, -ENOSPC,
			"no free address: every one of the configured ranges is taken; %zu idle "
			"one%s can be had when hold_s (%u s) is over",
			reclaim.resting, reclaim.resting == 1 ? "" : "s", hold_s);
	return error_set(e, STATUS_FULL, -ENOSPC,
			 "no free address: every one of the configured ranges is taken "
			 "(v6hook list shows by whom; detach --release frees one)");
}
