/* firewalld's place for others: a policy of our own, made and changed by firewalld itself. */
#ifndef V6HOOK_FILTER_OTHER_FIREWALLD_H
#define V6HOOK_FILTER_OTHER_FIREWALLD_H

#include "filter/opening.h"

extern const struct opening_ops other_firewalld;

#endif
