/* The half of the watch service that reads what Docker sends: without any privilege. */
#ifndef V6HOOK_PARSER_H
#define V6HOOK_PARSER_H

#include <sys/types.h>

#include "base/config.h"

/*
 * Gives up every capability and the right to gain any, becomes user nobody with the group of the
 * Docker socket, and tells the applier what happens until the daemon ends the connection or the
 * applier is gone. @out: its end of the socket pair; @parent: the applier
 * Returns the exit status of the process: 0 when the connection was there and ended.
 */
int parser_run(const struct config *config, int out, pid_t parent);

#endif
