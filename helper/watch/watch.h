/* The service: events and drift in, attach, detach and reconcile out. */
#ifndef V6HOOK_WATCH_H
#define V6HOOK_WATCH_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Runs until SIGTERM or SIGINT: follows Docker's events, hears what changes in the kernel and
 * in the store, and puts right what is wrong, for containers of every engine. Prints a
 * line (or with json an object) for each change. Tells systemd when it is ready (sd_notify(3)).
 * Returns 0 or -errno.
 */
int watch_run(const char *config_path, bool json, struct error *e);

#endif
