/* A container's lease, held: nobody else works on that container until it is released. */
#ifndef V6HOOK_HELD_H
#define V6HOOK_HELD_H

#include "base/cleanup.h"
#include "known/context.h"
#include "known/request.h"

struct held {
	char ident[IDENT_TEXT_MAX];
	int lock;
	bool found; /* whether there is a lease */
	struct lease lease;
};

#define HELD_NONE          \
	{                  \
		.lock = -1 \
	}

static inline void held_release(struct held *h)
{
	cleanup_close(&h->lock);
}
#define _held_ CLEANUP(held_release)

/*
 * Finds out whose lease the request means (resolve_holder), locks that container and reads the
 * lease. @must_exist: as for resolve_holder
 * Returns 0, also if there is no lease, or -errno.
 */
int held_take(const struct context *c, const struct request *q, bool must_exist, struct held *ret,
	      struct error *e);

#endif
