/* How many addresses an ordinary user has, and may have. */
#include "policy/quota.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Counts the owner's leases. */
struct count {
	const char *ident;
	uid_t owner;
	unsigned int hold_s;
	unsigned int leases, resting;
};

static int on_lease(const struct lease *lease, void *arg)
{
	struct count *count = arg;
	struct ident id;

	if (ident_from_text(lease->ident, &id) < 0 || id.owner != count->owner)
		return 0;
	count->leases += !lease->freed;
	/* a rest keeps an address from everybody, but from the container that had it */
	count->resting +=
		lease_rests(lease, count->hold_s) && strcmp(lease->ident, count->ident) != 0;
	return 0;
}

int quota_check(const struct context *c, const char *ident, uid_t owner, unsigned int most,
		int more, struct error *e)
{
	struct count count = {
		.ident = ident,
		.owner = owner,
		.hold_s = c->config->hold_s,
	};
	int64_t leases;
	int r;

	if (most == UINT_MAX)
		return 0;
	r = c->store->ops->walk(c->store, on_lease, &count, e);
	if (r < 0)
		return r;
	leases = (int64_t)count.leases + more;
	if (leases > most)
		return error_set(e, STATUS_FULL, -EDQUOT,
				 "its user has as many addresses as the configuration allows: %u",
				 most);
	if (leases + count.resting > 2 * (int64_t)most)
		return error_set(e, STATUS_FULL, -EDQUOT,
				 "%u addresses that its user gave up rest for hold_s (%u s)",
				 count.resting, c->config->hold_s);
	return 0;
}
