/* What an attach leaves where the container was before: other links, another port, another address.
 */
#ifndef V6HOOK_MOVED_H
#define V6HOOK_MOVED_H

#include "policy/attaching.h"

/*
 * Removes what the host has for it on the bridge and the uplink that it had before these.
 * @now: what is about to be recorded
 */
void moved_links(const struct attaching *a, const struct attachment *now);

/*
 * Leaves the port that it had before this one, if it has that still: what it sent by that way, from
 * its address, would be taken for another's. What is of another address goes with that.
 */
void moved_port(const struct attaching *a, const struct attachment *now);

/* Gives up the address that the container had before it moved to this one, by this run or another.
 */
void moved_address(const struct attaching *a);

#endif
