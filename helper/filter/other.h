/* Other firewalls on this host that can be told what to let through, by whose chains they are. */
#ifndef V6HOOK_FILTER_OTHER_H
#define V6HOOK_FILTER_OTHER_H

#include "filter/opening.h"
#include "filter/other_look.h"

extern const struct opening_ops *const other_owners[OTHER_OWNERS];

#endif
