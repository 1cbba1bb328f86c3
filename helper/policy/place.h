/* The lease of a place: it goes on to whoever fills the place next, by whatever name. */
#ifndef V6HOOK_PLACE_H
#define V6HOOK_PLACE_H

#include "known/context.h"

/*
 * Gives a container that holds no lease that of the one that filled its place before it, if there
 * is one and it is gone: the one that was leased first. One that lives keeps what it has, and so
 * does one with a pinned lease, but for a task of Swarm's, which is never started again.
 * @ident: the container, locked; @place: as struct attachment keeps it, not ""
 * Returns 1 if it has a lease now, 0 if not, or -errno.
 */
int place_take_over(struct context *c, const char *ident, const char *place, struct error *e);

/* What a record keeps of a place (struct instance): a task's own ID is not part of it. */
void place_keep(const char *place, char ret[IDENT_PLACE_MAX]);

#endif
