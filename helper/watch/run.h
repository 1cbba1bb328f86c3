/* Runs an administrator's program as an ordinary user, for a while at most. */
#ifndef V6HOOK_WATCH_RUN_H
#define V6HOOK_WATCH_RUN_H

#include "base/config.h"

#define RUN_MOST_S 30

/*
 * Runs it and waits for its end. With this process it ends, too. Where this process may not become
 * another user, as in the service's unit, systemd does it (systemd-run), outside of what shuts this
 * process in.
 * @environment: "KEY=VALUE" each, ended by a null: all that it has, or with what systemd adds
 * Returns 0, or -errno with what went wrong: the last line that the program has said.
 */
int run_command(const struct config_command *command, const char *const *environment,
		struct error *e);

#endif
