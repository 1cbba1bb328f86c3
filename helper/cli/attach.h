/* The verbs attach and detach: done here, or asked of the service by those who may not. */
#ifndef V6HOOK_CLI_ATTACH_H
#define V6HOOK_CLI_ATTACH_H

#include "cli/args.h"

/* Each returns 0 or -errno; attach prints the address. A hook is served without a configuration,
 * too. */
int run_attach(const struct args *a, struct error *e);
int run_detach(const struct args *a, struct error *e);

/* The same by the service. @why: why it is not done here */
int ask_attach(const struct args *a, const struct error *why, struct error *e);
int ask_detach(const struct args *a, const struct error *why, struct error *e);

#endif
