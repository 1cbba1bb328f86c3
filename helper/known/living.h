/* Whether the instance that an attachment names lives still. */
#ifndef V6HOOK_LIVING_H
#define V6HOOK_LIVING_H

#include "net/netns.h"
#include "store/lease.h"

/*
 * Opens the namespace of the recorded instance. Another may have its PID by now: the namespace's
 * identity tells. Returns 1, 0 if that instance is gone, or -errno if that cannot be told now.
 */
int living_open(const struct attachment *a, struct netns *ret, struct error *e);

/*
 * Whether it lives: 1, 0, or -errno if that cannot be told now. One that was detached by hand is
 * its first process, whatever namespace that is in by now.
 */
int living_ask(const struct attachment *a, struct error *e);

/* Whether it lives, or may live as far as can be told. */
bool living(const struct attachment *a);

#endif
