/* import: makes leases again that another store held; those that others have are told. */
#include <errno.h>
#include <string.h>

#include "base/note.h"
#include "base/text.h"
#include "ops/verbs.h"
#include "store/lease_list.h"

struct import {
	struct context *c;
	struct import_done *done;
};

/* One that cannot be had: told, and the others go on. */
static int refuse(struct import *i, const struct lease *lease, const char *why)
{
	char text[INET6_ADDRSTRLEN];

	note(NOTE_WARNING, "%s of %s is left out: %s", text_address(&lease->address, text),
	     lease->ident, why);
	i->done->refused++;
	return 0;
}

/* Makes one lease. Returns 0. */
static int make(const struct lease *lease, void *arg)
{
	struct import *i = arg;
	struct lease_store *s = i->c->store;
	struct lease wanted = *lease, now, holder;
	char text[INET6_ADDRSTRLEN], why[ERROR_TEXT_MAX];
	_close_ int lock = -1;
	struct error e;
	int r;

	/* what rests is nobody's */
	if (lease->freed)
		return 0;
	wanted.host[0] = '\0';
	if (!pools_find(i->c->pools, &lease->address, &e))
		return refuse(i, lease, e.text);
	r = s->ops->lock(s, LOCK_CONTAINER, lease->ident, false, CONTEXT_WAIT_MS, &lock, &e);
	if (r == 0)
		r = s->ops->find(s, lease->ident, &now, &e);
	if (r < 0)
		return refuse(i, lease, e.text);
	if (r == 1 && memcmp(&now.address, &lease->address, sizeof(now.address)) != 0) {
		snprintf(why, sizeof(why), "it has %s", text_address(&now.address, text));
		return refuse(i, lease, why);
	}
	if (r == 1 && now.pinned == lease->pinned) {
		i->done->known++;
		return 0;
	}
	r = lease_claim_rested(s, &wanted, 0, &holder, &e);
	if (r == -EEXIST) {
		snprintf(why, sizeof(why), "it is %.300s's%s%s", holder.ident,
			 *holder.host ? " on host " : "", holder.host);
		return refuse(i, lease, why);
	}
	if (r < 0)
		return refuse(i, lease, r == -EBADMSG ? "its file here is damaged" : e.text);
	i->done->made++;
	return 0;
}

int op_import(struct context *c, const char *text, size_t len, struct import_done *ret,
	      struct error *e)
{
	struct import_done done = { 0 };
	struct import import = { .c = c, .done = &done };
	int r = lease_list_read(text, len, make, &import, e);

	if (r == 0)
		*ret = done;
	return r;
}
