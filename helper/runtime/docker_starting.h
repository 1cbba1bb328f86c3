/* What Docker tells of a container that it is starting, for a process that must not connect to it.
 */
#ifndef V6HOOK_DOCKER_STARTING_H
#define V6HOOK_DOCKER_STARTING_H

#include <stdbool.h>

#include "runtime/docker_container.h"

/*
 * Asks for nothing that waits for the end of the start: as long as it lasts, an inspect does. One
 * that runs by now is asked for as ever, and @pid is not needed.
 * @get, @arg: by which it is asked, in time
 * @id: the whole one; @pid: its first process; @config: as for docker_listed, or null
 * @ret_starts: it does not run yet, as far as the engine tells
 * Returns as the find of runtime.h does.
 */
int docker_starting(const struct config_engine *engine, engine_getter get, void *arg,
		    const char *id, pid_t pid, const json_t *config, struct instance *ret,
		    bool *ret_starts, struct error *e);

#endif
