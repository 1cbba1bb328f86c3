/* Shows something again whenever it has changed, until the user has seen enough. */
#ifndef V6HOOK_LIVE_H
#define V6HOOK_LIVE_H

#include <stdio.h>

#include "base/error.h"

/* Shows it once, into out. Returns 0 or -errno; what was shown all the same counts. */
typedef int (*live_show)(FILE *out, void *arg, struct error *e);

/*
 * Shows it on stdout, and again when the store has changed, or after some seconds, if it is
 * otherwise then: on a terminal in the place of what was there. Ends by a signal only, or if it
 * cannot be shown at first. Returns -errno.
 */
int live_run(live_show show, void *arg, const char *config_path, struct error *e);

#endif
