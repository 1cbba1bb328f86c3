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
	       a->since == b->since && a->ended == b->ended && a->waits == b->waits &&
	       strcmp(a->boot_id, b->boot_id) == 0;
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

int64_t lease_booted(void)
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
	int64_t boot = lease_booted(), began;

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

struct lease lease_new(const struct lease_store *s, const char *ident,
		       const struct in6_addr *address, bool pinned)
{
	struct lease l = { .address = *address, .pinned = pinned, .created = time(NULL) };

	snprintf(l.ident, sizeof(l.ident), "%s", ident);
	snprintf(l.network, sizeof(l.network), "%s", s->network ? s->network : "");
	return l;
}

int lease_claim_rested(struct lease_store *s, const struct lease *lease, unsigned int hold_s,
		       struct lease *holder, struct error *e)
{
	_close_ int lock = -1;
	int r = s->ops->claim(s, lease, holder, e);

	if (r != -EEXIST || !holder->freed ||
	    (strcmp(holder->ident, lease->ident) != 0 && lease_rests(holder, hold_s)))
		return r;
	r = s->ops->lock(s, LOCK_RECLAIM, NULL, false, LEASE_RECLAIM_WAIT_MS, &lock, e);
	if (r == 0)
		r = s->ops->remove(s, holder, e);
	if (r < 0 && r != -ESTALE)
		return r;
	return s->ops->claim(s, lease, holder, e);
}

int lease_claim(struct lease_store *s, const struct in6_addr *address, const char *ident,
		bool pinned, unsigned int hold_s, struct lease *ret, struct error *e)
{
	struct lease lease = lease_new(s, ident, address, pinned), holder;
	char text[INET6_ADDRSTRLEN];
	int r;

	/* one that is lost, but whose holder is known, is made again first */
	s->ops->at(s, address, &holder, e);
	r = lease_claim_rested(s, &lease, hold_s, &holder, e);
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
		return error_set(e, STATUS_IN_USE, -EADDRINUSE, "address %s is held by %.300s%s%s",
				 text, holder.ident, *holder.host ? " on host " : "", holder.host);
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
