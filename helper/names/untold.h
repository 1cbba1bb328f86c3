/* What the program of "on_change" has been told, beside what is in service. */
#ifndef V6HOOK_UNTOLD_H
#define V6HOOK_UNTOLD_H

#include <stdbool.h>

#include "known/context.h"
#include "store/told.h"

/*
 * Reads both. One of whom nobody can read more is in service as it was told. @told, @now: empty, to
 * be released by the caller in any case
 * Returns 0; 1 if some of what was told makes no sense; or -errno.
 */
int untold_read(struct context *c, struct told *told, struct told *now, struct error *e);

/* Whether the list has the address; and whether it says the same of it. */
bool untold_has(const struct told *list, const struct in6_addr *address);
bool untold_is_in(const struct told *list, const struct told_one *one);

/* How many addresses there is to tell of. Returns that, or -errno. */
int untold_count(struct context *c, struct error *e);

#endif
