/* The names of what is attached as a zone has them (RFC 1035, 5.1): list --zone. */
#ifndef V6HOOK_ZONE_H
#define V6HOOK_ZONE_H

#include <stdio.h>

#include "ops/verbs.h"

/* Prints AAAA records, and after them PTR records, with whole names. Returns 0 or -errno. */
int zone_print(struct context *c, FILE *out, struct error *e);

#endif
