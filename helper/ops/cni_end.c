/*
 * The end of one CNI attachment, for DEL and for GC.
 *
 * Theory of operation: whose an attachment is, its record says: by the container's ID, which comes
 * once, while its lease is named after the pod, which comes again. So a DEL that comes late finds
 * another's ID, and does nothing.
 */
#include "ops/cni_end.h"

#include <errno.h>
#include <string.h>

#include "known/living.h"

#define TRIES 3 /* the record is changed meanwhile */

bool cni_gives_up(const struct cni_conf *conf, const char *name, const char *instance)
{
	if (conf->keep != CNI_KEEP_UNSAID)
		return conf->keep == CNI_KEEP_NO;
	return !cni_comes_again(name, instance);
}

/*
 * Whether the record is that attachment's. One that was lost and found again does not say whose it
 * is: then by the name, if that is the container's ID, or if nobody has it any more.
 */
static bool is_its(const struct attachment *a, const struct cni_ending *what)
{
	if (*a->instance || !*what->instance)
		return strcmp(a->instance, what->instance) == 0;
	return !cni_comes_again(what->name, what->instance) || a->ended || !living(a);
}

/* Has the store forget what a claim that was killed has left: the name does not come again. */
static void forget_claim(struct lease_store *s, const char *ident)
{
	_close_ int lock = -1;
	struct lease ignored_lease;
	struct error ignored;

	if (s->ops->lock(s, LOCK_CONTAINER, ident, false, 0, &lock, &ignored) == 0)
		s->ops->former(s, ident, &ignored_lease, &ignored);
}

int cni_end(struct context *c, const struct cni_ending *what, struct error *e)
{
	struct lease_store *s = c->store;
	char ident[IDENT_TEXT_MAX];
	int r = -ESTALE;

	cni_ident(what->name, ident);
	for (int tries = 0; r == -ESTALE && tries < TRIES; tries++) {
		struct request q = { .container = ident, .release = what->release };
		struct listing ignored;
		struct attachment a;
		struct lease lease;

		r = s->ops->attachment(s, ident, &a, e);
		/* another has the name by now, or had it never */
		if ((r == 1 && !is_its(&a, what)) || (r == 0 && !q.release))
			return 0;
		/* nobody knows whose it is: only if nothing has the address any more */
		if (r == -EBADMSG && !q.release)
			q.instance = what->instance;
		else if (r < 0 && r != -EBADMSG)
			return r;
		if (r == 1)
			q.expected = &a;
		if (q.release && s->ops->present(s, ident, &lease, e) == 1 && lease.pinned)
			q.release = false;
		*e->text = '\0';
		r = op_detach(c, &q, &ignored, e);
	}
	if (r == 0 && what->release)
		forget_claim(s, ident);
	/* whoever changes it all the time has it */
	return r == -ESTALE ? 0 : r;
}
