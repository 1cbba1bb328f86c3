/* What the guard keeps for ports that are gone, given free. */
#ifndef V6HOOK_FILTER_SWEEP_H
#define V6HOOK_FILTER_SWEEP_H

#include "filter/guard.h"

/*
 * Removes from the guard's table what is of ports that are gone, and what it keeps from others for
 * none but these; with the last one the table goes. Needs neither records nor a configuration.
 * Returns 0 or -errno.
 */
int guard_sweep(struct nl_sock *nl, struct error *e);

#endif
