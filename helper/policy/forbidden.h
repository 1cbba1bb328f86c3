/* Which addresses are not to be handed out, though no lease has them. */
#ifndef V6HOOK_FORBIDDEN_H
#define V6HOOK_FORBIDDEN_H

#include "known/onlink.h"
#include "policy/choice.h"

/* A free address is looked for, and what was seen of those that an engine hands out. */
struct forbidden {
	const struct choose *q;
	struct onlink found;
};

/* For lease_allocate: the host's addresses, reserved ones, and those that lead somewhere already.
 */
bool forbidden_is(const struct in6_addr *address, bool taking_back, void *arg);

/* Whether the user may name the address: what an engine hands out, they have asked the engine for.
 * Returns 0 or -EADDRINUSE with STATUS_IN_USE. */
int forbidden_label(const struct choose *q, const struct in6_addr *address, struct error *e);

#endif
