/* The verb setup: shows what it would do, asks, and has it done. */
#ifndef V6HOOK_CLI_SETUP_H
#define V6HOOK_CLI_SETUP_H

#include "cli/args.h"

/* Prints the plan and what is to be known afterwards. Returns 0 or -errno. */
int run_setup(const struct args *a, struct error *e);

#endif
