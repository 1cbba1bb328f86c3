/* How many addresses an ordinary user has, and may have. */
#ifndef V6HOOK_QUOTA_H
#define V6HOOK_QUOTA_H

#include "ops/choose.h"

/*
 * Whether the owner of the container may have so many leases more (or less) than those that he has.
 * As many again may rest, so that nobody takes the whole range out of service by giving addresses
 * up; that of this container itself does not count. Returns 0, -EDQUOT with STATUS_FULL, or
 * another -errno.
 */
int quota_check(const struct choose *q, int more, struct error *e);

#endif
