/* Which address a container gets: the first of those that speak for it, in the order of their
 * authority. */
#ifndef V6HOOK_CHOOSE_H
#define V6HOOK_CHOOSE_H

#include "policy/choice.h"

/*
 * Chooses the first of these: --address, the configuration's, a pinned lease, what the engine says
 * it gave the container (if a pool holds it), what a label asks for, its lease, the address that
 * the kernel leads to it if that is lost, a free one. What the container has done to its own
 * interface is none of them. The engine's is the container's even if the lease is another's who is
 * gone: the engine has given it anew. So is what --address or a label names, if the other's lease
 * is not pinned, has been idle for hold_s, and its engine says that there is no such container any
 * more. A label that cannot be followed is passed over, and the
 * choice says why. Each new one is probed on an on-link uplink, but for what the engine gave on a
 * subnet of its own: if another answers, a free one is tried instead, any other fails with
 * STATUS_IN_USE. Of a user's container neither engine nor label is heard. Returns 0; on failure
 * nothing is left claimed.
 */
int choose_lease(const struct choose *q, struct choice *ret, struct error *e);

/* Gives back what choose_lease claimed. */
void choose_undo(struct context *c, const struct choice *choice);

#endif
