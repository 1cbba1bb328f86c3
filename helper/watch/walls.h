/* Other firewalls beside what the service knows by heart: which ways they have closed. */
#ifndef V6HOOK_WALLS_H
#define V6HOOK_WALLS_H

#include <stdint.h>

#include "watch/kept.h"

/*
 * Looks at each way by which somebody is attached, for the first and the last of them. Returns 0 if all are open, else a number
 * that tells which are not, and who has closed them.
 */
uint64_t walls_look(const struct kept *k);

#endif
