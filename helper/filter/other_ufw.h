/* ufw's place for others: a route rule, made and removed by ufw itself. */
#ifndef V6HOOK_FILTER_OTHER_UFW_H
#define V6HOOK_FILTER_OTHER_UFW_H

#include "filter/opening.h"

extern const struct opening_ops other_ufw;

#endif
