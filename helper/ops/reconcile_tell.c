/* reconcile: what its parts tell in one way. */
#include "ops/reconcile.h"

int reconcile_tell(struct reconcile *r, const char *ident, const struct in6_addr *address,
		   const char *why, const char *error)
{
	struct reconcile_action action = {
		.what = RECONCILE_ATTACH,
		.address = *address,
		.why = why,
		.error = error,
	};

	return ident_from_text(ident, &action.ident) < 0 ? 0 : r->each(&action, r->arg);
}

int reconcile_fail(struct reconcile *r, enum reconcile_what what, const char *ident,
		   const struct in6_addr *address, const struct error *e)
{
	struct reconcile_action action = {
		.what = what,
		.address = *address,
		.why = "let alone",
		.error = e->text,
	};

	if (ident)
		ident_from_text(ident, &action.ident);
	return r->each(&action, r->arg);
}
