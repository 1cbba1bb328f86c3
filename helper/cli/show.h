/* The verbs that only look: list, map and status, once or again and again. */
#ifndef V6HOOK_SHOW_H
#define V6HOOK_SHOW_H

#include "cli/args.h"

/* Each prints on stdout. Returns 0 or -errno, also where the configuration is bad. */
int show_list(const struct args *a, struct error *e);
int show_map(const struct args *a, struct error *e);
int show_status(const struct args *a, struct error *e);

#endif
