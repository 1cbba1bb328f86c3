/* reconcile: has the leases of this host and those in a store that hosts share agree. */
#include "base/note.h"
#include "filter/fence.h"
#include "ops/reconcile.h"
#include "store/etcd_heal.h"

/* Tells of one difference. Returns what each does. */
static int on_difference(enum etcd_heal what, const struct lease *lease, const char *why, void *arg)
{
	static const char *const whys[] = {
		[ETCD_HEAL_GIVE] = "its lease in etcd",
		[ETCD_HEAL_TAKE] = "its lease, which is in etcd",
		[ETCD_HEAL_SHARE] = "its lease, which hosts share from now on",
		[ETCD_HEAL_LOST] = "its lease: v6hook detach --release, and attach it anew",
	};

	return reconcile_tell(arg, lease->ident, &lease->address, whys[what], why);
}

/* Whether the kernel keeps what becomes shared from being answered for when it may not be. */
static bool is_fenced(const struct context *c)
{
	_nl_sock_ struct nl_sock *nl = NULL;
	struct error ignored;

	return c->config->store.shared && nl_open_filter(&nl, &ignored) == 0 &&
	       fence_is_open(nl, &ignored) == 1;
}

int reconcile_shared(struct reconcile *r)
{
	struct error e = { .text = "" };
	const bool changes = reconcile_changes(r);
	int err = etcd_heal(r->c->store, changes, changes && is_fenced(r->c), on_difference, r, &e);

	if (err < 0 && *e.text) {
		note(NOTE_WARNING, "leases are not compared with etcd's: %s", e.text);
		return 0;
	}
	return err;
}
