/* The rules of leases that hold for every store: who gets which address, what is reclaimed. */
#include "store/lease.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/note.h"

#define RECLAIM_WAIT_MS 2000
#define NO_EARLIER 1735689600 /* 2025-01-01: there was no v6hook before that */

int lease_boot_id(char *ret, struct error *e)
{
	_free_ char *text = NULL;
	size_t len;
	int r = file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &text, &len);

	if (r < 0)
		return error_sys(e, r, "cannot read the boot ID");
	snprintf(ret, 40, "%.*s", (int)strcspn(text, "\n"), text);
	return 0;
}

bool attachment_same(const struct attachment *a, const struct attachment *b)
{
	return a->pid == b->pid && a->netns_dev == b->netns_dev &&
	       a->netns_inode == b->netns_inode && a->started == b->started &&
	       a->since == b->since && a->ended == b->ended && strcmp(a->boot_id, b->boot_id) == 0;
}

bool attachment_is_live(const struct attachment *a, const char *boot_id)
{
	return !a->ended && strcmp(a->boot_id, boot_id) == 0;
}

bool lease_rests(const struct lease *lease, unsigned int hold_s)
{
	int64_t now = time(NULL);

	return lease->freed && lease->freed <= now && lease->freed + (int64_t)hold_s > now;
}

/* When this kernel started, by the clock as it is now; seconds since the epoch. */
static int64_t booted(void)
{
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	return time(NULL) - up.tv_sec;
}

/* A time that a clock told which may have been wrong, or 0 if it was. @last: it was not after */
static int64_t believed(int64_t told, int64_t last)
{
	return told < NO_EARLIER || told > last ? 0 : told;
}

int64_t attachment_since(const struct attachment *a, const char *boot_id)
{
	int64_t boot = booted(), began;

	if (strcmp(a->boot_id, boot_id) != 0)
		return believed(a->since, *a->boot_id ? boot : time(NULL));
	began = boot + (int64_t)(a->started / (uint64_t)sysconf(_SC_CLK_TCK));
	/* a second is lost where both are rounded */
	return a->since + 1 < began || a->since > time(NULL) ? began : a->since;
}

int64_t lease_since(const struct lease *lease)
{
	return believed(lease->created, time(NULL));
}

static struct lease lease_new(const char *ident, const struct in6_addr *address, bool pinned)
{
	struct lease l = { .address = *address, .pinned = pinned, .created = time(NULL) };

	snprintf(l.ident, sizeof(l.ident), "%s", ident);
	return l;
}

/*
 * Claims an address; one that was freed and has rested long enough is taken from its old holder.
 * Returns as the claim of a store does.
 */
static int claim_rested(struct lease_store *s, const struct lease *lease, unsigned int hold_s,
			struct lease *holder, struct error *e)
{
	_close_ int lock = -1;
	int r = s->ops->claim(s, lease, holder, e);

	if (r != -EEXIST || !holder->freed ||
	    (strcmp(holder->ident, lease->ident) != 0 && lease_rests(holder, hold_s)))
		return r;
	r = s->ops->lock(s, LOCK_RECLAIM, NULL, false, RECLAIM_WAIT_MS, &lock, e);
	if (r == 0)
		r = s->ops->remove(s, holder, e);
	if (r < 0 && r != -ESTALE)
		return r;
	return s->ops->claim(s, lease, holder, e);
}

/* Tries the addresses of one pool. Returns 1 and the lease, 0 when none is free, or -errno. */
static int try_pool(struct lease_store *s, const struct pool *pool, const char *ident,
		    lease_forbidden forbidden, void *arg, unsigned int hold_s, struct lease *ret,
		    struct error *e)
{
	struct lease lease, holder;
	struct pool_walk walk;
	struct in6_addr address;

	pool_walk_start(&walk, pool, ident);
	while (pool_walk_next(&walk, &address)) {
		int r;

		if (forbidden && forbidden(&address, false, arg))
			continue;
		lease = lease_new(ident, &address, false);
		r = claim_rested(s, &lease, hold_s, &holder, e);
		if (r == 0) {
			*ret = lease;
			return 1;
		}
		if (r != -EEXIST && r != -EBADMSG)
			return r;
	}
	return 0;
}

/* A lease that may be taken back, and since when it has been idle. */
struct idle {
	int64_t since;
	struct lease lease;
};

/* All of them, and what decides which they are. */
struct reclaim {
	struct lease_store *s;
	const struct pools *pools;
	lease_forbidden forbidden;
	void *arg;
	char boot_id[40];
	int64_t now, boot; /* boot: when this kernel started; seconds since the epoch */
	int64_t before;	   /* only what has been idle since then or longer */
	struct idle *list;
	size_t count;
	size_t resting; /* idle, but not for hold_s yet */
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

/*
 * Since when the lease has been idle, or -1 if it may not be taken back. A lease that its holder
 * has left for another address (its holder's present one is elsewhere) has been so for ever; what
 * was attached when the machine went down, since it came up. A power loss may take the record of
 * that with it, so that a lease without one counts as attached until then.
 */
static int64_t idle_since(const struct reclaim *r, const struct lease *lease)
{
	struct attachment a;
	struct error ignored;
	struct lease present;
	int err;

	if (*lease->trouble)
		return -1;
	if (lease->freed)
		return lease->freed > r->now ? 0 : lease->freed;
	if (r->s->ops->find(r->s, lease->ident, &present, &ignored) == 1 &&
	    memcmp(&present.address, &lease->address, sizeof(present.address)) != 0)
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
	since = idle_since(r, lease);
	ready = since;
	if (!lease->freed && since > 0 && since < r->boot)
		ready = r->boot;
	if (ready > r->before)
		r->resting++;
	if (since < 0 || ready > r->before)
		return 0;
	/* the list doubles whenever its count is a power of two */
	if ((r->count & (r->count - 1)) == 0) {
		struct idle *larger =
			reallocarray(r->list, r->count ? 2 * r->count : 1, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		r->list = larger;
	}
	r->list[r->count++] = (struct idle){ since, *lease };
	return 0;
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
	if (idle_since(r, &idle->lease) != idle->since)
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

/* Frees the address that has been idle longest. Returns 0, -ENOSPC (STATUS_FULL) or -errno. */
static int reclaim_one(struct lease_store *s, const struct pools *pools, const char *ident,
		       lease_forbidden forbidden, void *arg, unsigned int hold_s, struct error *e)
{
	CLEANUP(reclaim_release)
	struct reclaim reclaim = {
		.s = s,
		.pools = pools,
		.forbidden = forbidden,
		.arg = arg,
		.now = time(NULL),
		.boot = booted(),
	};
	int r = lease_boot_id(reclaim.boot_id, e);

	reclaim.before = reclaim.now - hold_s;
	if (r == 0)
		r = s->ops->walk(s, consider, &reclaim, e);
	if (r < 0)
		return r == -ENOMEM ? error_sys(e, r, "cannot look for an idle lease") : r;
	if (reclaim.count)
		qsort(reclaim.list, reclaim.count, sizeof(*reclaim.list), by_age);
	for (size_t i = 0; i < reclaim.count; i++) {
		r = take_back(&reclaim, &reclaim.list[i], ident, e);
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

int lease_allocate(struct lease_store *s, const struct pools *pools, const char *ident,
		   lease_forbidden forbidden, void *arg, unsigned int hold_s, struct lease *ret,
		   struct error *e)
{
	for (int tries = 0; tries < 16; tries++) {
		_close_ int lock = -1;
		int r = 0;

		for (size_t i = 0; r == 0 && i < pools->count; i++)
			r = try_pool(s, &pools->list[i], ident, forbidden, arg, hold_s, ret, e);
		if (r != 0)
			return r < 0 ? r : 0;
		r = s->ops->lock(s, LOCK_RECLAIM, NULL, false, RECLAIM_WAIT_MS, &lock, e);
		if (r == 0)
			r = reclaim_one(s, pools, ident, forbidden, arg, hold_s, e);
		if (r < 0)
			return r;
	}
	return error_set(e, STATUS_FULL, -ENOSPC,
			 "no free address: others took each one that became free");
}

int lease_claim(struct lease_store *s, const struct in6_addr *address, const char *ident,
		bool pinned, unsigned int hold_s, struct lease *ret, struct error *e)
{
	struct lease lease = lease_new(ident, address, pinned), holder;
	char text[INET6_ADDRSTRLEN];
	int r;

	/* one that is lost, but whose holder is known, is made again first */
	s->ops->at(s, address, &holder, e);
	r = claim_rested(s, &lease, hold_s, &holder, e);
	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (r == -EBADMSG)
		return error_set(e, STATUS_IN_USE, -EADDRINUSE,
				 "address %s: its lease file is damaged and was set aside; "
				 "remove that file to free the address",
				 text);
	if (r == -EEXIST && strncmp(holder.ident, LEASE_ELSEWHERE, strlen(LEASE_ELSEWHERE)) == 0)
		return error_set(
			e, STATUS_IN_USE, -EADDRINUSE,
			"address %s is in use on the link by %.40s, as a probe found %lld s ago",
			text, holder.ident + strlen(LEASE_ELSEWHERE),
			(long long)(time(NULL) - holder.freed));
	if (r == -EEXIST && holder.freed)
		return error_set(e, STATUS_IN_USE, -EADDRINUSE,
				 "address %s was freed %lld s ago and rests for hold_s (%u s)",
				 text, (long long)(time(NULL) - holder.freed), hold_s);
	if (r == -EEXIST)
		return error_set(e, STATUS_IN_USE, -EADDRINUSE, "address %s is held by %.300s",
				 text, holder.ident);
	if (r == 0)
		*ret = lease;
	return r;
}

int lease_free(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct lease freed = *lease;

	freed.freed = time(NULL);
	freed.pinned = false;
	return s->ops->update(s, &freed, e);
}
