/* What an attach writes into the container's record, and what the record before tells it. */
#ifndef V6HOOK_RECORDED_H
#define V6HOOK_RECORDED_H

#include "policy/attaching.h"

/* Whether a record of this boot is of the instance that is attached now. */
bool recorded_is_instance(const struct attaching *a, const struct attachment *b);

/* Whether the record before is of this container, since whose making its labels and ports are the
 * same. */
bool recorded_is_container(const struct attaching *a, const struct request *q);

/* Whether both say the same of which ports others may reach. */
bool recorded_same_exposure(const struct attachment *a, const struct attachment *b);

/* Whether both say the same of what the port may send from. */
bool recorded_same_guard(const struct attachment *a, const struct attachment *b);

/*
 * Records which instance is attached, unless that is known already. Not durable. Without it
 * reconcile would take what is in the kernel for nobody's, but for a store that cannot be written
 * at all. Stale entries of the former links are removed. @ret: what is recorded. Returns 0 or
 * -errno.
 */
int recorded_attach(struct attaching *a, const struct request *q, struct attachment *ret,
		    struct error *e);

/*
 * Keeps the reason of a hook's failure for list: nobody saw what the hook printed. Of an ordinary
 * user's container only if it has a lease or a record: they can make up names, and fill the store.
 */
void recorded_failure(const struct attaching *a, const struct error *e);

#endif
