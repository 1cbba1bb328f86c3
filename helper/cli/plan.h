/* What setup would do, as people read it. */
#ifndef V6HOOK_CLI_PLAN_H
#define V6HOOK_CLI_PLAN_H

#include <stdio.h>

#include "ops/setup.h"
#include "ops/setup_runtime.h"

/* Prints the plan, commented. */
void plan_print(const struct setup_plan *p, FILE *out);

/* Prints what is to be known once it is done. */
void plan_print_done(const struct setup_plan *p, FILE *out);

/* The same of setup --docker-runtime. */
void plan_print_runtime(const struct runtime_plan *p, FILE *out);
void plan_print_runtime_done(const struct runtime_plan *p, FILE *out);

/* Asks on the terminal whether to go on. Returns 0, or -ECANCELED or -ENOTTY with STATUS_USAGE. */
int plan_confirm(struct error *e);

#endif
