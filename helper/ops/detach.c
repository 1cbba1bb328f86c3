/* detach: takes a container's address out of service, the proxy entry first. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "ops/verbs.h"
#include "policy/held.h"
#include "policy/living.h"
#include "policy/withdraw.h"

/* Whether that instance holds the attachment and is gone. */
static bool is_over(const struct attachment *a, const char *instance)
{
	return strcmp(a->instance, instance) == 0 && !living(a);
}

int op_detach(struct context *c, const struct request *q, struct listing *ret, struct error *e)
{
	struct lease_store *s = c->store;
	struct attachment a = { 0 };
	_held_ struct held h = HELD_NONE;
	int r;

	*ret = (struct listing){ 0 };
	r = held_take(c, q, false, &h, e);
	if (r < 0)
		return r;
	if (!h.found) {
		note(NOTE_DETAIL, "%s holds no lease: nothing to detach", h.ident);
		/* why its start hook failed is kept for list: a hook follows it to the end */
		return q->hook ? 0 : s->ops->attach(s, h.ident, NULL, e);
	}
	if (q->release && h.lease.pinned)
		return error_set(e, STATUS_FAILED, -EBUSY, "it is pinned: v6hook unpin %s first",
				 h.ident);
	r = s->ops->attachment(s, h.ident, &a, e);
	if (r >= 0 && q->expected && (r == 0 || !attachment_same(&a, q->expected)))
		return -ESTALE;
	if (r >= 0 && q->instance && (r == 0 || !is_over(&a, q->instance)))
		return 0;
	/* a tear-down that comes late: another instance has been started meanwhile */
	if (r == 1 && q->hook && attachment_is_live(&a, c->boot_id) && living(&a))
		return 0;
	*ret = (struct listing){ .address = h.lease.address,
				 .has_address = true,
				 .changed = r == 1 && !a.ended };
	if (r >= 0)
		r = withdraw_address(c, &h.lease, r ? &a : NULL, e);
	if (r < 0)
		return r;
	if (q->release)
		return withdraw_lease(c, &h.lease, e);
	if (!a.since || (a.ended && (!*a.error || q->hook)))
		return 0;
	a.ended = true;
	a.since = time(NULL);
	*a.error = '\0';
	r = withdraw_record(c, h.ident, &a, e);
	/* where nothing can be written, nothing can be claimed by another either */
	if (r == -EROFS) {
		note(NOTE_WARNING, "%s", e->text);
		return 0;
	}
	return r < 0 ? error_prefix(e, r, "it is detached, but") : 0;
}
