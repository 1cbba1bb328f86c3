/* What Podman tells of a container that it is starting, and what its runtime was told. */
#ifndef V6HOOK_PODMAN_STARTING_H
#define V6HOOK_PODMAN_STARTING_H

#include <stdbool.h>

#include "runtime/docker_container.h"

/* What is known of it before. */
struct podman_born {
	const char *id, *name;
	pid_t first;
	const char *bridge;   /* of its only port */
	const json_t *config; /* its config.json, as the runtime was given it */
	int64_t now;	      /* seconds since the epoch */
};

/*
 * Podman holds a container's lock while it starts it, for which an inspect and a list wait. What is
 * asked for is what it told of the creation, with the labels, and its networks.
 * @get, @arg: by which it is asked, in time
 * @ret_unsure: its labels wish for something: whether that is granted an inspect would tell
 * Returns as the find of runtime.h does.
 */
int podman_starting(const struct config_engine *engine, engine_getter get, void *arg,
		    const struct podman_born *born, struct instance *ret, bool *ret_unsure,
		    struct error *e);

#endif
