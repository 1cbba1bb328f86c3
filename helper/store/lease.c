/* The rules of leases that hold for every store: who gets which address, what is reclaimed. */
#include "store/lease.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/note.h"

#define RECLAIM_WAIT_MS 2000

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

bool attachment_is_live(const struct attachment *a, const char *boot_id)
{
	return !a->ended && strcmp(a->boot_id, boot_id) == 0;
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

	if (r != -EEXIST || !holder->freed || holder->freed + (int64_t)hold_s > time(NULL))
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

		if (forbidden && forbidden(&address, arg))
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

/* The lease to take back first, as found so far. */
struct reclaim {
	struct lease_store *s;
	const struct pools *pools;
	lease_forbidden forbidden;
	void *arg;
	char boot_id[40];
	int64_t before; /* only what has been idle since then or longer */
	bool found;
	int64_t idle_since;
	struct lease lease;
};

/*
 * Since when the lease has been idle, or -1 if it may not be taken back. A lease that its holder
 * has left for another address (its holder's present one is elsewhere) has been so for ever.
 */
static int64_t idle_since(struct lease_store *s, const struct lease *lease, const char *boot_id)
{
	struct attachment a;
	struct error ignored;
	struct lease present;

	if (lease->freed)
		return lease->freed;
	if (s->ops->find(s, lease->ident, &present, &ignored) == 1 &&
	    memcmp(&present.address, &lease->address, sizeof(present.address)) != 0)
		return 0;
	if (lease->pinned)
		return -1;
	if (s->ops->attachment(s, lease->ident, &a, &ignored) != 1)
		return lease->created;
	return attachment_is_live(&a, boot_id) ? -1 : a.since;
}

static int consider(const struct lease *lease, void *arg)
{
	struct reclaim *best = arg;
	struct error ignored;
	int64_t since;

	if (!pools_find(best->pools, &lease->address, &ignored) ||
	    (best->forbidden && best->forbidden(&lease->address, best->arg)))
		return 0;
	since = idle_since(best->s, lease, best->boot_id);
	if (since < 0 || since > best->before || (best->found && since >= best->idle_since))
		return 0;
	best->found = true;
	best->idle_since = since;
	best->lease = *lease;
	return 0;
}

/*
 * Takes one idle lease away from its holder, unless the holder is busy or came back meanwhile.
 * Returns 0, or -EAGAIN if it is to be tried again, or -errno.
 */
static int take_back(struct reclaim *r, const char *ident, struct error *e)
{
	_close_ int holder = -1;
	char text[INET6_ADDRSTRLEN];
	int err;

	/* only tried, as the caller holds another container's lock: never two that wait */
	if (strcmp(r->lease.ident, ident) != 0) {
		err = r->s->ops->lock(r->s, LOCK_CONTAINER, r->lease.ident, false, 0, &holder, e);
		if (err < 0)
			return -EAGAIN;
	}
	if (idle_since(r->s, &r->lease, r->boot_id) != r->idle_since)
		return -EAGAIN;
	err = r->s->ops->remove(r->s, &r->lease, e);
	if (err < 0)
		return err == -ESTALE ? -EAGAIN : err;
	if (!r->lease.freed)
		note(NOTE_WARNING, "the range is full: took %s back from %s, idle the longest",
		     inet_ntop(AF_INET6, &r->lease.address, text, sizeof(text)), r->lease.ident);
	return 0;
}

/* Frees the address that has been idle longest. Returns 0, -ENOSPC (STATUS_FULL) or -errno. */
static int reclaim_one(struct lease_store *s, const struct pools *pools, const char *ident,
		       lease_forbidden forbidden, void *arg, unsigned int hold_s, struct error *e)
{
	struct reclaim best = {
		.s = s,
		.pools = pools,
		.forbidden = forbidden,
		.arg = arg,
		.before = time(NULL) - hold_s,
	};
	int r = lease_boot_id(best.boot_id, e);

	if (r == 0)
		r = s->ops->walk(s, consider, &best, e);
	if (r < 0)
		return r;
	if (!best.found)
		return error_set(e, STATUS_FULL, -ENOSPC,
				 "no free address: every one of the configured ranges is taken "
				 "(v6hook list shows by whom; detach --release frees one)");
	return take_back(&best, ident, e);
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
		if (r < 0 && r != -EAGAIN)
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
	int r = claim_rested(s, &lease, hold_s, &holder, e);

	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (r == -EBADMSG)
		return error_set(e, STATUS_IN_USE, -EADDRINUSE,
				 "address %s: its lease file is damaged and was set aside; "
				 "remove that file to free the address",
				 text);
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
