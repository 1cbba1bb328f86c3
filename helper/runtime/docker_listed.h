/* What a list says of one container that its engine is starting: an inspect would wait. */
#ifndef V6HOOK_DOCKER_LISTED_H
#define V6HOOK_DOCKER_LISTED_H

#include "runtime/docker_container.h"

/*
 * Reads what a list says of one container that the engine is starting (DOCKER_CREATED), which is
 * less than an inspect does: not which ports are published.
 * @pid: its first process; @config: what its runtime was told (config.json of OCI's runtime
 * specification), of which the sysctls are taken
 * Returns as docker_container_read, or -EALREADY if it runs.
 */
int docker_listed(const struct config_engine *engine, const char *id, pid_t pid,
		  const json_t *config, long status, struct engine_answer *answer,
		  struct docker_container *ret, struct error *e);

#endif
