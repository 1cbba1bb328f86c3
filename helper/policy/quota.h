/* How many addresses an ordinary user has, and may have. */
#ifndef V6HOOK_QUOTA_H
#define V6HOOK_QUOTA_H

#include "known/context.h"

/*
 * Whether the owner of a container may have so many leases more (or less) than now. As many again
 * may rest, so that nobody takes the whole range out of service by giving addresses up; what this
 * container itself gave up does not count. @most: UINT_MAX for any number
 * Returns 0, -EDQUOT with STATUS_FULL, or another -errno.
 */
int quota_check(const struct context *c, const char *ident, uid_t owner, unsigned int most,
		int more, struct error *e);

#endif
