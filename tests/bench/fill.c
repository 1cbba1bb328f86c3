/*
 * Fills a lease store as so many containers would that came and went: fill CONFIG COUNT
 *
 * Each gets an address by the program's own rules, out of the first free ones, and is recorded as
 * detached, the first of them the longest. Prints the addresses. With a store in memory it takes
 * seconds for 60,000, and there is nothing in it that the program itself would not have written.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/config_read.h"
#include "store/allocate.h"
#include "store/range.h"

#define ROOM (1 << 17)

static struct in6_addr
	taken[ROOM]; /* so that they are not asked for in the store again and again */

/* Where the address is in there, or would be. */
static struct in6_addr *place_of(const struct in6_addr *address)
{
	uint64_t at = range_interface_id(address) * 0x9e3779b97f4a7c15 >> 47;

	while (!IN6_IS_ADDR_UNSPECIFIED(&taken[at]) && !IN6_ARE_ADDR_EQUAL(&taken[at], address))
		at = (at + 1) % ROOM;
	return &taken[at];
}

static bool is_taken(const struct in6_addr *address, bool taking_back, void *arg)
{
	(void)taking_back, (void)arg;
	return !IN6_IS_ADDR_UNSPECIFIED(place_of(address));
}

static int fill(struct lease_store *s, const struct pools *pools, int count, struct error *e)
{
	const int64_t start = time(NULL) - 86400 - count;

	for (int i = 0; i < count; i++) {
		struct attachment gone = { .since = start + i, .ended = true, .bridge = "br0" };
		char ident[32], text[INET6_ADDRSTRLEN];
		struct lease lease;
		int r;

		snprintf(ident, sizeof(ident), "lxc:h%d", i);
		r = lease_allocate(s, pools, ident, is_taken, NULL, 0, &lease, e);
		if (r < 0)
			return r;
		*place_of(&lease.address) = lease.address;
		gone.address = lease.address;
		gone.has_address = true;
		r = s->ops->attach(s, ident, &gone, e);
		if (r < 0)
			return r;
		puts(inet_ntop(AF_INET6, &lease.address, text, sizeof(text)));
	}
	return 0;
}

int main(int argc, char **argv)
{
	_lease_store_ struct lease_store *store = NULL;
	_config_ struct config *config = NULL;
	_pools_ struct pools *pools = NULL;
	struct error e;

	if (argc != 3 || atoi(argv[2]) > ROOM / 2) {
		fprintf(stderr, "fill: CONFIG COUNT, %d at most\n", ROOM / 2);
		return 2;
	}
	if (config_read(argv[1], &config, &e) < 0 || pools_new(config, &pools, &e) < 0 ||
	    lease_dir_open(config->state_dir, true, &store, &e) < 0 ||
	    fill(store, pools, atoi(argv[2]), &e) < 0) {
		fprintf(stderr, "fill: %s\n", e.text);
		return 1;
	}
	return 0;
}
