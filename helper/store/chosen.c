/* Opens the lease store that the configuration chooses. */
#include "store/chosen.h"

#include "base/whole.h"
#include "store/etcd_store.h"

int store_follow(struct lease_store *s, const struct config *c, struct error *e)
{
	if (c->store.etcd.count)
		return etcd_store_over(s, &c->store, e);
	etcd_store_off(s);
	return 0;
}

int store_open(const struct config *c, bool write, struct lease_store **ret, struct error *e)
{
	_lease_store_ struct lease_store *s = NULL;
	int r;

	if (c->store.etcd.count && write)
		whole_become();
	r = lease_dir_open(c->state_dir, write, &s, e);
	if (r == 0)
		r = store_follow(s, c, e);
	if (r == 0)
		*ret = steal_ptr(&s);
	return r;
}
