/*
 * detach: takes a container's address out of service, the proxy entry first.
 *
 * Theory of operation: what is detached by hand stays so for as long as that instance runs. The
 * record of the attachment that has ended says so, and stays even where the lease is given up; when
 * the instance is gone it means nothing, and the next start replaces it.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "keep/withdraw.h"
#include "known/held.h"
#include "known/living.h"
#include "known/refind.h"
#include "known/word.h"
#include "ops/verbs.h"
#include "store/etcd_store.h"

/* Whether that instance holds the attachment and is gone. */
static bool is_over(const struct attachment *a, const char *instance)
{
	return strcmp(a->instance, instance) == 0 && !living(a);
}

/* Whether the record is of an instance that runs. */
static bool is_running(const struct context *c, const struct attachment *a)
{
	return a->netns_inode && strcmp(a->boot_id, c->boot_id) == 0 && living(a);
}

/* Makes it the record of one that is detached, by whoever asks or by whom it was before. */
static void end(struct attachment *a, enum word word)
{
	if (!a->ended || *a->error)
		a->since = time(NULL);
	a->ended = true;
	a->waits = false;
	a->word = a->word > word ? a->word : word;
	*a->error = '\0';
}

/*
 * Whether the lease is another host's still, as it was when somebody thought so: this host may have
 * taken it back before it could be locked. Returns 0, -ESTALE or -errno.
 */
static int check_lost(struct context *c, const struct lease *lease, struct error *e)
{
	int r = etcd_store_answers(c->store, lease, false, e);

	return r == 1 || r == -EBUSY ? -ESTALE : r;
}

/*
 * Of one that holds no lease: forgets why its start hook failed, as somebody has seen to it; but
 * not that it was detached by hand, even before it was attached. Returns 0 or -errno.
 */
static int end_unleased(struct context *c, const struct request *q, const char *ident,
			struct error *e)
{
	struct lease_store *s = c->store;
	struct attachment a;
	int r = s->ops->attachment(s, ident, &a, e);

	if (r < 0 && r != -EBADMSG)
		return r;
	if (r != 1)
		a = (struct attachment){ 0 };
	end(&a, q->word);
	if (!is_running(c, &a) && (!q->word || !word_find(c, q, ident, &a)))
		a.word = WORD_NONE;
	return r || a.word ? s->ops->attach(s, ident, a.word ? &a : NULL, e) : 0;
}

int op_detach(struct context *c, const struct request *q, struct listing *ret, struct error *e)
{
	struct lease_store *s = c->store;
	struct attachment a = { 0 };
	_held_ struct held h = HELD_NONE;
	bool damaged = false, found = false;
	struct error ignored;
	int r;

	*ret = (struct listing){ 0 };
	r = held_take(c, q, false, &h, e);
	if (r < 0)
		return r;
	/* nor is it known then whether this is the right place to look */
	if (!h.found && c->salvaged)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "%s holds no lease", h.ident);
	if (!h.found) {
		note(NOTE_DETAIL, "%s holds no lease: nothing to detach", h.ident);
		/* why its start hook failed is kept for list: a hook follows it to the end */
		return q->hook ? 0 : end_unleased(c, q, h.ident, e);
	}
	if (q->release && h.lease.pinned && !q->lost)
		return error_set(e, STATUS_FAILED, -EBUSY, "it is pinned: v6hook unpin %s first",
				 h.ident);
	r = q->lost ? check_lost(c, &h.lease, e) : 0;
	if (r < 0)
		return r;
	r = s->ops->attachment(s, h.ident, &a, e);
	if (r == -EBADMSG) {
		damaged = true;
		note(NOTE_WARNING, "%s", e->text);
		r = refind(&h.lease.address, &a, &ignored);
		/* news that may come late: only if no instance has the address any more */
		if ((q->instance || q->hook) && r != 0)
			return 0;
		memcpy(a.boot_id, c->boot_id, sizeof(a.boot_id));
		r = r == 1;
	}
	if (r >= 0 && q->expected && (r == 0 || !attachment_same(&a, q->expected)))
		return -ESTALE;
	if (r >= 0 && q->instance && !damaged && (r == 0 || !is_over(&a, q->instance)))
		return 0;
	/* a tear-down that comes late: another instance has been started meanwhile */
	if (r == 1 && q->hook && attachment_is_live(&a, c->boot_id) && living(&a))
		return 0;
	/* so that the word is on the one that runs */
	if (r >= 0 && q->word && !is_running(c, &a))
		found = word_find(c, q, h.ident, &a) ||
			(r == 0 && !damaged && refind(&h.lease.address, &a, &ignored) == 1);
	if (found)
		memcpy(a.boot_id, c->boot_id, sizeof(a.boot_id));
	*ret = (struct listing){ .address = h.lease.address,
				 .has_address = true,
				 .changed = damaged || found || (r == 1 && !a.ended) };
	/* what cannot be recorded would be undone by the service: it is not begun */
	if (r == 1 && q->word && !a.ended && !damaged) {
		r = s->ops->attach(s, h.ident, &a, e);
		r = r < 0 ? error_prefix(e, r, "it stays attached") : 1;
	}
	if (r >= 0)
		r = withdraw_address(c, &h.lease, r || found ? &a : NULL, e);
	if (r < 0)
		return r;
	if (q->release) {
		end(&a, q->word);
		return withdraw_lease_but(c, &h.lease, a.word && is_running(c, &a) ? &a : NULL, e);
	}
	if (damaged || found) {
		a.address = h.lease.address;
		a.has_address = true;
	} else if (!a.since || (a.ended && a.word >= q->word && (!*a.error || q->hook))) {
		return 0;
	}
	end(&a, q->word);
	r = withdraw_record(c, h.ident, &a, e);
	/* where nothing can be written, nothing can be claimed by another either */
	if (r == -EROFS) {
		note(NOTE_WARNING, "%s", e->text);
		return 0;
	}
	return r < 0 ? error_prefix(e, r, "it is detached, but") : 0;
}
