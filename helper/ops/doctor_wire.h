/* What the doctor hears on the uplink of a pool. */
#ifndef V6HOOK_DOCTOR_WIRE_OP_H
#define V6HOOK_DOCTOR_WIRE_OP_H

#include "doctor/finding.h"
#include "known/context.h"
#include "net/marked.h"
#include "net/own.h"

/* Where to listen, and for what. */
struct hearing {
	struct context *c;
	const char *config_path;
	struct nl_sock *host;
	struct host_addresses *own;
	const struct marked *kernel; /* what is in there already, or null */
	const struct pool *pool;
	unsigned int seconds;	       /* at most */
	const struct in6_addr *served; /* an address of the pool that is attached, or null */
	const char *container;	       /* whose */
};

/*
 * Listens on the pool's uplink, and adds what that tells: wire.upstream, wire.answer, wire.owner.
 * Returns 0 or -errno.
 */
int doctor_hear(const struct hearing *h, struct findings *ret, struct error *e);

#endif
