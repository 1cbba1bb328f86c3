/* rename: a lease follows its container to a new name. */
#include <errno.h>
#include <string.h>

#include "ops/verbs.h"

int op_rename(struct context *c, const struct ident *from, const struct ident *to,
	      const char *instance, struct error *e)
{
	struct lease_store *s = c->store;
	_close_ int old_lock = -1, new_lock = -1;
	char old[IDENT_TEXT_MAX], new[IDENT_TEXT_MAX];
	struct attachment a;
	struct lease lease, other;
	int r = s->ops->lock(s, LOCK_CONTAINER, ident_text(from, old), false, CONTEXT_WAIT_MS,
			     &old_lock, e);

	/* only tried: another that holds the new name may wait for the old one */
	if (r == 0)
		r = s->ops->lock(s, LOCK_CONTAINER, ident_text(to, new), false, 0, &new_lock, e);
	if (r == 0)
		r = s->ops->find(s, old, &lease, e);
	if (r > 0)
		r = s->ops->attachment(s, old, &a, e);
	if (r <= 0 || strcmp(a.instance, instance) != 0)
		return r < 0 ? r : 0;
	r = s->ops->find(s, new, &other, e);
	if (r != 0)
		return r < 0 ? r
			     : error_set(e, STATUS_FAILED, -EEXIST,
					 "%s keeps its lease: %s has one of its own", old, new);
	r = s->ops->rename(s, &lease, new, e);
	if (r == 0)
		r = s->ops->attach(s, new, &a, e);
	if (r == 0)
		r = s->ops->attach(s, old, NULL, e);
	return r < 0 ? r : 1;
}
