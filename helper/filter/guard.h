/* The guard: an attached container speaks for itself alone, and nobody else for it (bridges only).
 */
#ifndef V6HOOK_GUARD_H
#define V6HOOK_GUARD_H

#include <netinet/in.h>
#include <stdbool.h>

#include "base/error.h"
#include "filter/expose.h"
#include "filter/read.h"

#define GUARD_GIVEN_MAX 4

/* One attached container's port, and what it may speak for. */
struct guard_port {
	const char
		*name; /* the container's, as people read it and by which its elements are found */
	int port;      /* ifindex of the host's end */
	unsigned char mac[6];
	struct in6_addr gateway; /* the host's address on its bridge */
	struct in6_addr address;
	bool speaks;	     /* it is guarded as to what it speaks for; else only exposure is set */
	struct exposed open; /* which of its ports others reach: a list, all or none */
	struct exposed label, published; /* what that is decided by */
	bool on_link; /* others on the bridge may reach the address there, without the host */
	struct in6_addr given[GUARD_GIVEN_MAX]; /* by its engine, besides */
	int given_count;
	bool has_ipv4; /* known for certain; else its IPv4 is not guarded */
	struct in_addr ipv4;
};

/* The comment of elements that all ports share. */
#define GUARD_HOST "the host"

/* What guards one port: at most so many elements. */
#define GUARD_ELEMENTS (14 + 2 * GUARD_GIVEN_MAX + EXPOSE_ELEMENTS)

/*
 * The elements that guard the port, some of them shared by all ports.
 * @ret: room for GUARD_ELEMENTS; Returns how many.
 */
size_t guard_elements(const struct guard_port *p, struct filter_element *ret);

/* Opens a socket for what follows. Returns 0, or -errno with what to do about it. */
int guard_open(struct nl_sock **ret, struct error *e);

/*
 * Puts the port under guard, all at once; what guards it already stays. The table is made if there
 * is none. @ret_changed: whether it was not guarded like this before; may be null Returns 0 or
 * -errno.
 */
int guard_set(struct nl_sock *nl, const struct guard_port *p, struct error *e);

/*
 * Ends the guard of all that the container has, but of the given port as it is now (or null); with
 * the last one the table goes. Costs more the more there are. Returns 0 or -errno.
 */
int guard_leave(struct nl_sock *nl, const char *name, const struct guard_port *but,
		struct error *e);

#define GUARD_TABLES 2 /* the guard's own, and that of exposure */

/* What there is of the guard. */
struct guard_state {
	uint32_t generation; /* before it was read */
	struct {
		bool there; /* there is a table of that name, */
		bool whole; /* with the right rules */
	} tables[GUARD_TABLES];
	struct elements elements;
};

static inline void guard_state_release(struct guard_state *g)
{
	elements_release(&g->elements);
}

/*
 * Reads all of it, one dump a set; or only whether there is a table (@all: false). Returns 0 or
 * -errno.
 */
int guard_read(struct nl_sock *nl, bool all, struct guard_state *ret, struct error *e);

/*
 * Whether each table is there with the right rules, or is not and has nothing to hold.
 * @must: all elements that must be there
 */
bool guard_fits(const struct guard_state *g, const struct elements *must);

/* Whether all that guards the port is there. */
bool guard_holds(const struct guard_state *g, const struct guard_port *p);

/*
 * Makes the guard what it must be, all at once: adds what lacks, removes what is too much, makes
 * the table anew if that is another. @must: all elements, in any order, some of them maybe twice;
 * none: the table is removed. @g: as it was read; if it is another by now, nothing is done Returns
 * 1 if something was changed, 0, -ERESTART, or -errno.
 */
int guard_make(struct nl_sock *nl, const struct guard_state *g, struct elements *must,
	       struct error *e);

/* The name as comments of elements have it. @out: FILTER_COMMENT_MAX bytes. Returns it. */
const char *guard_comment(const char *name, char *out);

#endif
