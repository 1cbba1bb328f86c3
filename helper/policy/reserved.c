/* Addresses that are not for just anybody: the host's, those named for others, those of others. */
#include "policy/reserved.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool reserved_is(const struct context *c, struct host_addresses *own,
		 const struct in6_addr *address)
{
	const struct config *config = c->config;
	int r;

	for (size_t i = 0; i < config->container_count; i++)
		if (config->containers[i].has_address &&
		    same(&config->containers[i].address, address))
			return true;
	r = host_addresses_have(own, address, NULL);
	/* a failure may be a passing one; what cannot be told is given to nobody */
	return (r < 0 ? host_addresses_have(own, address, NULL) : r) != 0;
}

int reserved_check(const struct context *c, struct host_addresses *own, const char *ident,
		   const struct in6_addr *address, struct error *e)
{
	const struct config *config = c->config;
	char text[INET6_ADDRSTRLEN];
	const char *why;
	int r = host_addresses_have(own, address, &why);

	inet_ntop(AF_INET6, address, text, sizeof(text));
	if (r < 0)
		return error_sys(e, r, "cannot tell whether address %s is the host's own", text);
	if (r > 0)
		return error_set(e, STATUS_IN_USE, -EADDRINUSE, "address %s %s", text, why);
	for (size_t i = 0; i < config->container_count; i++)
		if (config->containers[i].has_address &&
		    same(&config->containers[i].address, address) &&
		    strcmp(config->containers[i].ident, ident) != 0)
			return error_set(e, STATUS_IN_USE, -EADDRINUSE,
					 "address %s is reserved for %.200s by the configuration",
					 text, config->containers[i].ident);
	return 0;
}

void reserved_elsewhere(struct context *c, const struct in6_addr *address,
			const unsigned char owner[6])
{
	struct lease aside = { .address = *address, .created = time(NULL), .freed = time(NULL) };
	struct lease holder, rested;
	struct error ignored;

	if (c->store->ops->at(c->store, address, &rested, &ignored) == 1 && rested.freed)
		c->store->ops->remove(c->store, &rested, &ignored);
	snprintf(aside.ident, sizeof(aside.ident), LEASE_ELSEWHERE "%02x-%02x-%02x-%02x-%02x-%02x",
		 owner[0], owner[1], owner[2], owner[3], owner[4], owner[5]);
	c->store->ops->claim(c->store, &aside, &holder, &ignored);
}
