/* Changes of what etcd holds of a lease, as long as it is whose it was thought to be. */
#include "store/etcd_change.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

int etcd_overtaken(struct error *e)
{
	return error_set(e, STATUS_FAILED, -EAGAIN,
			 "others changed it in etcd again and again: try once more");
}

/* The address is another's in etcd. Returns -ESTALE. */
static int lost(const struct etcd_pair *pair, const struct in6_addr *address, struct error *e)
{
	char text[INET6_ADDRSTRLEN];

	return error_set(e, STATUS_FAILED, -ESTALE, "address %s is %.300s's on host %s by now",
			 text_address(address, text),
			 pair->damaged ? "somebody" : pair->lease.ident,
			 pair->damaged ? "?" : pair->lease.host);
}

int etcd_change_own(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
		    const char *ident, const struct etcd_change *change, struct error *e)
{
	struct etcd_pair pair;
	int r = etcd_pair_look(h, c, &lease->address, ident, &pair, e);

	for (int tries = 0; r == 0 && tries < ETCD_TRIES; tries++) {
		struct etcd_change mine = *change;

		if (pair.address_revision &&
		    (pair.damaged || strcmp(pair.lease.host, c->host) != 0 ||
		     strcmp(pair.lease.ident, lease->ident) != 0))
			return lost(&pair, &lease->address, e);
		/* hosts share another container of its name, which keeps that */
		if (c->shared && pair.has_address &&
		    memcmp(&pair.address, &lease->address, sizeof(pair.address)) != 0)
			mine.holder = NULL;
		r = etcd_pair_change(h, c, &lease->address, ident, &pair, &mine, e);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return r < 0 ? r : etcd_overtaken(e);
}

int etcd_change_remove(struct etcd_http *h, const struct config_store *c, const struct lease *lease,
		       struct error *e)
{
	const bool own = !*lease->host;
	struct etcd_pair pair;
	int r = etcd_pair_look(h, c, &lease->address, own ? lease->ident : "", &pair, e);

	for (int tries = 0; r == 0 && tries < ETCD_TRIES; tries++) {
		if (pair.address_revision == 0)
			return 0;
		if (pair.damaged || strcmp(pair.lease.ident, lease->ident) != 0 ||
		    strcmp(pair.lease.host, own ? c->host : lease->host) != 0 ||
		    pair.lease.freed != lease->freed)
			return -ESTALE;
		r = etcd_pair_change(h, c, &lease->address, own ? lease->ident : "", &pair,
				     &(struct etcd_change){ NULL, NULL }, e);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return r < 0 ? r : etcd_overtaken(e);
}
