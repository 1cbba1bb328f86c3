/* Whether the instance that an attachment names lives still. */
#ifndef V6HOOK_LIVING_H
#define V6HOOK_LIVING_H

#include "net/netns.h"
#include "store/lease.h"

/*
 * Opens the namespace of the recorded instance. Returns false if that instance is gone; another may
 * have its PID by now: the namespace's identity tells.
 */
bool living_open(const struct attachment *a, struct netns *ret);

/* The same, only asked. */
bool living(const struct attachment *a);

#endif
