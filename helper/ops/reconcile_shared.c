/* reconcile: has the leases of this host and those in a store that hosts share agree. */
#include "base/note.h"
#include "ops/reconcile.h"
#include "store/etcd_heal.h"

/* Tells of one difference. Returns what each does. */
static int on_difference(enum etcd_heal what, const struct lease *lease, const char *why, void *arg)
{
	static const char *const whys[] = {
		[ETCD_HEAL_GIVE] = "its lease in etcd",
		[ETCD_HEAL_TAKE] = "its lease, which is in etcd",
		[ETCD_HEAL_LOST] = "its lease: v6hook detach --release, and attach it anew",
	};

	return reconcile_tell(arg, lease->ident, &lease->address, whys[what], why);
}

int reconcile_shared(struct reconcile *r)
{
	struct error e = { .text = "" };
	int err = etcd_heal(r->c->store, reconcile_changes(r), on_difference, r, &e);

	if (err < 0 && *e.text) {
		note(NOTE_WARNING, "leases are not compared with etcd's: %s", e.text);
		return 0;
	}
	return err;
}
