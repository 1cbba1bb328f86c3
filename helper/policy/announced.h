/* Who is told that an address is here now: the router, the bridge's containers, other bridges. */
#ifndef V6HOOK_ANNOUNCED_H
#define V6HOOK_ANNOUNCED_H

#include "policy/attaching.h"

/* Tells the link that the address is here now; a router that is not told learns it later. */
void announced_address(struct attaching *a);

/* Tells a bridge where its gateway is now: containers on it may know another MAC for it. */
void announced_gateway(const struct attaching *a, const unsigned char mac[6]);

/* Lets the container reach those on other bridges that its own network has on-link. */
void announced_across(struct attaching *a);

#endif
