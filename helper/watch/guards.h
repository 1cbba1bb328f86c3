/* The guard's table beside what the service knows by heart. */
#ifndef V6HOOK_GUARDS_H
#define V6HOOK_GUARDS_H

#include "watch/kept.h"

/*
 * Whether the table is what it must be for those who are kept. Returns 1, 0, or -errno if it could
 * not be read.
 */
int guards_compare(const struct kept *k);

#endif
