/* What an engine knows of a container that it is starting, or has started, asked for once. */
#ifndef V6HOOK_INQUIRY_H
#define V6HOOK_INQUIRY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/error.h"
#include "watch/record.h"

/*
 * Asks the engine, 3 s at most.
 * @id: its ID of the container; @first: the first process, if it is starting
 * @ret: RECORD_RUNNING, checked; @ret_starts: the engine has not said yet that it runs
 * Returns as the find of runtime.h does.
 */
int inquire(const struct config_engine *engine, const char *id, pid_t first, struct record *ret,
	    bool *ret_starts, struct error *e);

#endif
