/* The guard: an attached container speaks for itself alone, and nobody else for it. */
#ifndef V6HOOK_GUARD_H
#define V6HOOK_GUARD_H

#include <stdbool.h>

#include "base/error.h"
#include "filter/guard_port.h"
#include "filter/read.h"

/* Opens a socket for what follows. Returns 0, or -errno with what to do about it. */
int guard_open(struct nl_sock **ret, struct error *e);

/*
 * Puts the port under guard, all at once; what guards it already stays. The table is made if there
 * is none, and made anew with all that it has if its rules are not there, or it is another's. A MAC
 * that is kept for another container's port, which is there, is refused: -EADDRINUSE. Returns 0 or
 * -errno.
 */
int guard_set(struct nl_sock *nl, const struct guard_port *p, struct error *e);

/*
 * Ends the guard of all that the container has, but of the given port as it is now (or null); with
 * the last one the table goes. Costs more the more there are. Returns 0 or -errno.
 */
int guard_leave(struct nl_sock *nl, const char *name, const struct guard_port *but,
		struct error *e);

#define GUARD_TABLES 3 /* the guard's own, that of exposure, and that of ports on no bridge */

extern const char *const guard_names[GUARD_TABLES]; /* as nft(8) has them: family and name */

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
 * Reads the elements alone: for who takes some away. What rules the tables have is not asked, as
 * that is reconcile's to judge: those that are there pass for whole. Returns 0 or -errno.
 */
int guard_read_elements(struct nl_sock *nl, struct guard_state *ret, struct error *e);

/* Removes all tables, whatever is in them. @ended: which of them were there. Returns 0 or -errno.
 */
int guard_end(struct nl_sock *nl, bool ended[GUARD_TABLES], struct error *e);

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

#endif
