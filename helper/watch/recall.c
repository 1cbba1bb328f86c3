/*
 * What is stored of who is attached, read into the service's memory (kept.c), and what there is to
 * be listened to of each.
 *
 * Theory of operation: all records are read once, and then each that changes (ears.c hears of it).
 * What is plainly right is kept; of anything else this does not know what it means, and says that
 * somebody has to judge it, which is a reconciliation's business. Who is the same as before when it
 * is read again stays as it is, with its descriptors. The end of a process is an event of its
 * pidfd. Where descriptors are lacking, and for namespaces that a file stands for, a few are looked
 * at in turn instead.
 */
#include "watch/recall.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/note.h"
#include "keep/guarded.h"
#include "known/living.h"
#include "net/inside.h"

#define RETRY_S 10	   /* between two attempts at what has failed: ops/reconcile.c */
#define FDS_FOR_OTHERS 256 /* descriptors that are left for everything else */

/* Whether a descriptor leaves enough for others. */
static bool can_be_held(int fd)
{
	struct rlimit most;

	return fd >= 0 && getrlimit(RLIMIT_NOFILE, &most) == 0 &&
	       (rlim_t)fd + FDS_FOR_OTHERS < most.rlim_cur;
}

/* Listens in its network; without room it is looked after from the host's side alone. */
static void listen_inside(struct kept_entry *entry, const struct netns *netns)
{
	_close_ int fd = -1;
	struct error e;

	if (inside_listen(netns, &fd, &e) < 0)
		note(NOTE_STATE, "%s", e.text);
	else if (can_be_held(fd))
		entry->inside.fd = steal_fd(&fd);
}

/*
 * Waits for the end of its process, if that can be told, and listens in the network of one that is
 * attached. Returns whether it lives, or may.
 */
static bool await_end(struct kept *k, struct kept_entry *entry, const struct attachment *a)
{
	_netns_ struct netns netns = NETNS_NONE;
	struct error ignored;
	int r = living_open(a, &netns, &ignored);

	if (r == 1 && can_be_held(netns.pidfd) &&
	    loop_add(k->loop, netns.pidfd, k->ended, k->arg) == 0)
		entry->pidfd = steal_fd(&netns.pidfd);
	/* without its process nobody tells when the namespace is to go */
	if (entry->live && entry->pidfd >= 0)
		listen_inside(entry, &netns);
	return r != 0;
}

/* Whether it is kept already, all that there is to be listened to with it. */
static bool is_kept(const struct kept *k, const struct kept_entry *entry, const char *ident,
		    const struct attachment *a)
{
	return entry && strcmp(entry->ident, ident) == 0 && entry->inside.fd >= 0 &&
	       entry->pid == a->pid && entry->started == a->started &&
	       entry->netns_dev == a->netns_dev && entry->netns_inode == a->netns_inode &&
	       kept_is_way(&k->ways[entry->way], a) && living(a);
}

/* Keeps one that is attached. Returns whether all is right. */
static bool keep_live(struct kept *k, const char *ident, const struct attachment *a,
		      const struct in6_addr *address)
{
	struct kept_entry *entry = kept_find(k, address);
	bool same;

	if (!is_kept(k, entry, ident, a)) {
		entry = kept_add(k, ident, a, address, true);
		if (entry)
			guarded_port(k->c, NULL, address, a, &entry->guard);
		/* what became of its port before this was read went unheard */
		return entry && await_end(k, entry, a) && !kept_misses_port(k, a);
	}
	guarded_port(k->c, NULL, address, a, &entry->guard);
	same = entry->port == a->port;
	entry->stale = false;
	entry->port = a->port;
	memcpy(entry->mac, a->mac, sizeof(entry->mac));
	entry->since = clock_ms();
	return same || !kept_misses_port(k, a);
}

/* Keeps one that waits for a port, which is told; what has failed is tried again. */
static void keep_waiting(struct kept *k, const char *ident, const struct attachment *a)
{
	struct kept_entry *entry = kept_add(k, ident, a, &in6addr_any, false);

	if (!entry)
		return;
	entry->waits = true;
	entry->nsid = a->nsid;
	entry->retry_at = *a->error ? a->since + RETRY_S : INT64_MAX;
	await_end(k, entry, a);
}

/* Keeps in mind that a failed attach is to be tried again, unless it is a user's. */
static void keep_failed(struct kept *k, const char *ident, const struct attachment *a)
{
	struct kept_entry *entry;
	struct error ignored;
	struct ident id;

	if (!*a->error || a->word || !a->pid || strcmp(a->boot_id, k->c->boot_id) != 0 ||
	    ident_from_text(ident, &id) < 0 || id.owner || living_ask(a, &ignored) != 1)
		return;
	entry = kept_add(k, ident, a, &in6addr_any, false);
	if (entry)
		entry->retry_at = (a->since > time(NULL) ? time(NULL) : a->since) + RETRY_S;
}

static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	struct kept *k = arg;

	if (attachment_is_live(a, k->c->boot_id)) {
		if (a->waits)
			keep_waiting(k, ident, a);
		else if (a->has_address)
			keep_live(k, ident, a, &a->address);
		else
			recall(k, ident);
	} else if (a->ended) {
		keep_failed(k, ident, a);
	}
	return 0;
}

int recall_all(struct kept *k, struct error *e)
{
	struct lease_store *s = k->c->store;
	int r;

	kept_expect(k, NULL);
	r = s->ops->walk_attachments(s, on_record, k, e);
	if (r == 0)
		kept_sweep(k, NULL);
	return r;
}

/* What is stored of a container, read without mending anything. */
struct stored {
	struct attachment attachment;
	struct lease lease;
	int known; /* the attachment: as the operation of that name */
	int found; /* the lease: as find */
	bool odd;  /* something is to be mended */
};

static void read_stored(struct lease_store *s, const char *ident, struct stored *ret)
{
	struct error ignored;

	s->looks = true;
	s->met = false;
	ret->known = s->ops->attachment(s, ident, &ret->attachment, &ignored);
	ret->found = s->ops->find(s, ident, &ret->lease, &ignored);
	ret->odd = s->met || ret->known < 0 || ret->found < 0 ||
		   (ret->found == 1 && *ret->lease.trouble);
	s->looks = false;
}

/* Keeps one as it is stored. Returns whether that is not plainly right. */
static bool keep(struct kept *k, const char *ident, const struct stored *now)
{
	const struct attachment *a = &now->attachment;
	bool moved;

	if (now->known == 0)
		return now->odd;
	if (!attachment_is_live(a, k->c->boot_id)) {
		if (a->ended)
			keep_failed(k, ident, a);
		return now->odd || !a->ended;
	}
	if (!a->has_address && now->found != 1)
		return true;
	moved = now->found != 1 || (a->has_address && memcmp(&a->address, &now->lease.address,
							     sizeof(a->address)) != 0);
	if (a->waits) {
		keep_waiting(k, ident, a);
		/* a port that came before this was read went unheard */
		return true;
	}
	return !keep_live(k, ident, a, a->has_address ? &a->address : &now->lease.address) ||
	       now->odd || moved;
}

bool recall(struct kept *k, const char *ident)
{
	struct stored now;
	bool odd;

	read_stored(k->c->store, ident, &now);
	/* unreadable is not absent */
	if (now.known < 0)
		return true;
	kept_expect(k, ident);
	odd = keep(k, ident, &now);
	kept_sweep(k, ident);
	return odd;
}

bool recall_lease(struct kept *k, const struct in6_addr *address)
{
	const struct kept_entry *entry = kept_find(k, address);
	struct lease_store *s = k->c->store;
	struct lease lease, present;
	char ident[IDENT_TEXT_MAX];
	struct error ignored;
	bool odd;
	int r;

	s->looks = true;
	s->met = false;
	r = s->ops->at(s, address, &lease, &ignored);
	odd = s->met || r < 0;
	/* one that is not its container's present lease was left in a move or a start */
	if (r == 1 && !*lease.trouble && !lease.freed)
		odd |= s->ops->find(s, lease.ident, &present, &ignored) != 1 ||
		       memcmp(&present.address, address, sizeof(*address)) != 0 || s->met;
	s->looks = false;
	if (!entry)
		return odd;
	memcpy(ident, entry->ident, strlen(entry->ident) + 1);
	return recall(k, ident) || odd;
}

bool recall_ended(struct kept *k, size_t most)
{
	bool odd = false;

	for (size_t i = 0, looked = 0; i < k->count && looked < most && k->count; i++) {
		struct kept_entry *entry = k->list[k->turn++ % k->count];
		char path[64], ident[IDENT_TEXT_MAX];
		struct stat st;

		if (entry->pidfd >= 0 || !(entry->live || entry->waits))
			continue;
		looked++;
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)entry->pid);
		if (stat(entry->netns_path ? entry->netns_path : path, &st) == 0 &&
		    st.st_dev == entry->netns_dev && st.st_ino == entry->netns_inode)
			continue;
		memcpy(ident, entry->ident, strlen(entry->ident) + 1);
		odd |= recall(k, ident);
	}
	return odd;
}

bool recall_failed(struct kept *k, int64_t now)
{
	bool due = false;

	/* they have no address, so that they come first */
	for (size_t i = 0; i < k->count && !k->list[i]->live; i++) {
		if (k->list[i]->retry_at > now)
			continue;
		k->list[i]->retry_at = now + RETRY_S;
		due = true;
	}
	return due;
}
