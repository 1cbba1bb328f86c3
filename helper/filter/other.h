/* Other firewalls on this host that can be told what to let through, by whose chains they are. */
#ifndef V6HOOK_FILTER_OTHER_H
#define V6HOOK_FILTER_OTHER_H

#include "filter/opening.h"
#include "filter/other_look.h"

extern const struct opening_ops *const other_owners[OTHER_OWNERS];

/*
 * Ends all that any of them lets through for us. @each: called with each one that does not any more
 * Returns 0 or -errno; what can be ended is ended all the same.
 */
int other_end(void (*each)(const char *text), struct error *e);

#endif
