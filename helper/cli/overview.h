/* status as people and programs read it: one screen, or one JSON object. */
#ifndef V6HOOK_OVERVIEW_H
#define V6HOOK_OVERVIEW_H

#include <stdio.h>

#include "ops/verbs.h"

/* Prints it. Returns 0 or -ENOMEM. */
int overview_print(const struct context *c, const struct overview *o, bool json, FILE *out);

#endif
