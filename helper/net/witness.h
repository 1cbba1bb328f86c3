/* A witness on an interface: what passes there about some addresses, in and out. */
#ifndef V6HOOK_WITNESS_H
#define V6HOOK_WITNESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "net/seen.h"

#define WITNESS_MOST 4 /* addresses */

struct witness {
	int fd;	    /* a packet socket (packet(7)) */
	int groups; /* a socket that is in the addresses' solicited-node groups */
};

#define WITNESS_NONE                   \
	{                              \
		.fd = -1, .groups = -1 \
	}

static inline void witness_release(struct witness *w)
{
	cleanup_close(&w->fd);
	cleanup_close(&w->groups);
}
#define _witness_ CLEANUP(witness_release)

/* One packet that passed. */
struct witnessed {
	struct seen seen;
	bool ours;	      /* this host sent it */
	unsigned char mac[6]; /* from which MAC it was sent */
	int64_t at;	      /* when, by clock_ms */
};

/*
 * Begins to listen, also for what is sent to the groups of these addresses, which nobody else here
 * need be in (RFC 4291, 2.7.1): a switch that knows of no member does not pass it on. Frames of a
 * VLAN do not count. @count: WITNESS_MOST at most; the last 32 bits tell them apart
 * Returns 0 and what witness_release closes, or -errno (-EPERM: no CAP_NET_RAW).
 */
int witness_begin(int ifindex, const struct in6_addr *addresses, size_t count, struct witness *ret,
		  struct error *e);

/* Waits for the next packet, until the deadline (clock_ms). Returns 1, 0 or -errno. */
int witness_next(const struct witness *w, int64_t deadline, struct witnessed *ret, struct error *e);

#endif
