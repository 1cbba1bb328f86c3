/* rename: a lease, and a word on the instance, follow the container to a new name. */
#include <errno.h>
#include <string.h>

#include "ops/verbs.h"

/*
 * The name by which an instance was attached last, found by reading all attachments. Its engine may
 * have had another name, too: "docker", with Podman's socket.
 */
struct find_name {
	const struct ident *to;
	const char *instance;
	struct ident ret;
	int64_t since; /* 0: none found yet */
};

static int on_attachment(const char *text, const struct attachment *a, void *arg)
{
	struct find_name *f = arg;
	struct ident ident;

	if (strcmp(a->instance, f->instance) == 0 && a->since > f->since &&
	    ident_from_text(text, &ident) == 0 &&
	    (strcmp(ident.runtime, f->to->runtime) != 0 || strcmp(ident.name, f->to->name) != 0)) {
		f->ret = ident;
		f->since = a->since;
	}
	return 0;
}

int op_rename(struct context *c, struct ident *from, const struct ident *to, const char *instance,
	      struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int old_lock = -1, new_lock = -1;
	char old[IDENT_TEXT_MAX], new[IDENT_TEXT_MAX];
	struct attachment a, own;
	struct find_name f = { .to = to, .instance = instance };
	struct lease lease, other;
	bool leased, worded;
	int r;

	if (!*from->name) {
		r = s->ops->walk_attachments(s, on_attachment, &f, e);
		if (r < 0 || !f.since)
			return r;
		*from = f.ret;
	}
	r = s->ops->lock(s, LOCK_CONTAINER, ident_text(from, old), false, CONTEXT_WAIT_MS,
			 &old_lock, e);
	/* only tried: another that holds the new name may wait for the old one */
	if (r == 0)
		r = s->ops->lock(s, LOCK_CONTAINER, ident_text(to, new), false, 0, &new_lock, e);
	if (r == 0)
		r = s->ops->find(s, old, &lease, e);
	leased = r == 1;
	if (r >= 0)
		r = s->ops->attachment(s, old, &a, e);
	if (r <= 0 || strcmp(a.instance, instance) != 0)
		return r < 0 ? r : 0;
	/* that it was detached by hand is true of it by any name */
	worded = a.ended && a.word;
	if (!leased && !worded)
		return 0;
	r = s->ops->find(s, new, &other, e);
	if (r < 0 || (r == 1 && !worded))
		return r < 0 ? r
			     : error_set(e, STATUS_FAILED, -EEXIST,
					 "%s keeps its lease: %s has one of its own", old, new);
	/* what is recorded of it by its new name is the news */
	if (worded && s->ops->attachment(s, new, &own, e) == 1 &&
	    strcmp(own.instance, instance) == 0)
		return 0;
	if (r == 1) {
		leased = false;
		a.address = other.address;
	}
	r = leased ? s->ops->rename(s, &lease, new, e) : 0;
	if (r == 0)
		r = s->ops->attach(s, new, &a, e);
	if (r == 0)
		r = s->ops->attach(s, old, NULL, e);
	return r < 0 ? r : leased;
}
