/* Everything in the host's kernel tables that carries the mark. */
#ifndef V6HOOK_MARKED_H
#define V6HOOK_MARKED_H

#include <netinet/in.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

enum marked_kind { MARKED_PROXY, MARKED_ROUTE, MARKED_NEIGHBOUR };

struct marked_entry {
	struct in6_addr address;
	enum marked_kind kind;
	int ifindex;
};

/* Sorted by address, then kind. */
struct marked {
	struct marked_entry *list;
	size_t count;
};

static inline void marked_release(struct marked *m)
{
	free(m->list);
}
#define _marked_ CLEANUP(marked_release)

/* Adds an entry at the end. Returns 0 or -ENOMEM. */
int marked_add(struct marked *m, const struct in6_addr *address, enum marked_kind kind,
	       int ifindex);

/* Reads all of them. Returns 0 or -errno. */
int marked_read(struct nl_sock *s, struct marked *ret, struct error *e);

/* Whether one of them is of the address. */
bool marked_has(const struct marked *m, const struct in6_addr *address);

/* Whether it is this very entry. */
bool marked_is(const struct marked *m, const struct in6_addr *address, enum marked_kind kind,
	       int ifindex);

/* Removes one entry if it is there and marked still. Returns 0 or -errno. */
int marked_remove(struct nl_sock *s, const struct marked_entry *entry);

/* Removes every marked entry of the address, on whatever interface. Returns 0 or -errno. */
int marked_remove_address(struct nl_sock *s, const struct in6_addr *address, struct error *e);

/* "proxy entry", "route", "neighbour". */
const char *marked_name(enum marked_kind kind);

#endif
