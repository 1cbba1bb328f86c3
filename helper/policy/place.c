/* The lease of a place: it goes on to whoever fills the place next, by whatever name. */
#include "policy/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/note.h"
#include "keep/withdraw.h"
#include "known/living.h"

#define SWARM "swarm:"

/* The one that filled the place before. */
struct search {
	struct context *c;
	const char *ident, *place;
	struct lease found; /* no address: none yet */
};

void place_keep(const char *place, char ret[IDENT_PLACE_MAX])
{
	size_t len = strlen(place);

	if (strncmp(place, SWARM, strlen(SWARM)) == 0 && strrchr(place, '.'))
		len = (size_t)(strrchr(place, '.') - place);
	snprintf(ret, IDENT_PLACE_MAX, "%.*s", (int)len, place);
}

/* Whether the lease of the one with this record, of the same engine, is to go on. @ret: is filled
 * in if it has one */
static bool may_go_on(struct search *s, const char *ident, const struct attachment *a,
		      struct lease *ret)
{
	struct lease_store *store = s->c->store;
	struct error ignored;

	if (strcmp(a->place, s->place) != 0 || strcmp(ident, s->ident) == 0 ||
	    strncmp(ident, s->ident, strcspn(ident, ":") + 1) != 0 ||
	    (attachment_is_live(a, s->c->boot_id) && living(a)))
		return false;
	return store->ops->present(store, ident, ret, &ignored) == 1 && !ret->freed &&
	       !*ret->trouble && (!ret->pinned || strncmp(s->place, SWARM, strlen(SWARM)) == 0);
}

static int on_record(const char *ident, const struct attachment *a, void *arg)
{
	struct search *s = arg;
	struct lease lease;

	if (may_go_on(s, ident, a, &lease) &&
	    (!*s->found.ident || lease.created < s->found.created))
		s->found = lease;
	return 0;
}

int place_take_over(struct context *c, const char *ident, const char *place, struct error *e)
{
	struct search s = { .c = c, .ident = ident, .place = place };
	struct lease_store *store = c->store;
	char address[INET6_ADDRSTRLEN];
	_close_ int lock = -1;
	struct attachment a;
	struct lease lease;
	int r = store->ops->walk_attachments(store, on_record, &s, e);

	if (r < 0 || !*s.found.ident)
		return r;
	r = store->ops->lock(store, LOCK_CONTAINER, s.found.ident, false, CONTEXT_WAIT_MS, &lock,
			     e);
	if (r == 0)
		r = store->ops->attachment(store, s.found.ident, &a, e);
	/* another has been at work meanwhile */
	if (r <= 0 || !may_go_on(&s, s.found.ident, &a, &lease))
		return r;
	/* what is left of it leads to where it was */
	if (!a.ended)
		r = withdraw_address(c, &lease, &a, e);
	if (r >= 0)
		r = store->ops->rename(store, &lease, ident, e);
	if (r < 0)
		return r;
	note(NOTE_DETAIL, "%s fills the place of %s, and has its address %s", ident, s.found.ident,
	     inet_ntop(AF_INET6, &lease.address, address, sizeof(address)));
	r = withdraw_record(c, s.found.ident, NULL, e);
	return r < 0 ? r : 1;
}
