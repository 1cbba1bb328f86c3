/* Leases that are taken from one store to another: export prints them, import reads them. */
#ifndef V6HOOK_CARRY_H
#define V6HOOK_CARRY_H

#include "cli/args.h"

/* Prints this host's leases on stdout. Returns 0 or -errno. */
int carry_export(const struct args *a, struct error *e);

/* Makes those that stdin holds this host's. Returns 0, or -errno also if any was left out. */
int carry_import(const struct args *a, struct error *e);

#endif
