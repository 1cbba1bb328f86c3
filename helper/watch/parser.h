/* The half of the watch service that reads what an engine sends: without any privilege. */
#ifndef V6HOOK_PARSER_H
#define V6HOOK_PARSER_H

#include <sys/types.h>

#include "base/config.h"

/*
 * Starts the relay to the engine, gives up every right and all system calls but those that read and
 * tell (confine.h), and tells the applier what happens until the daemon ends the connection or the
 * applier is gone or closes its end. @out: its end of the socket pair; @parent: the applier
 * Returns the exit status of the process: 0 when the connection was there and ended.
 */
int parser_run(const struct config_engine *engine, int out, pid_t parent);

#endif
