/* The place of a Docker container: which task of which service, by Swarm's and Compose's labels. */
#ifndef V6HOOK_DOCKER_PLACE_H
#define V6HOOK_DOCKER_PLACE_H

#include <jansson.h>
#include <stddef.h>

#include "base/ident.h"

/* What tells one container of a service from another: an image that has these names nobody. */
#define DOCKER_LABEL_TASK "com.docker.swarm.task.name"
#define DOCKER_LABEL_NUMBER "com.docker.compose.container-number"

/*
 * Reads the place (struct instance) from a container's labels; "" if they name none. The container
 * of a `docker compose run` has none: it is no part of its service.
 */
void docker_place_read(const json_t *labels, char ret[IDENT_PLACE_MAX]);

/*
 * Writes the labels that make the place, ["KEY=VALUE",...], as a URL has it.
 * Returns 0, or -EINVAL if it is none.
 */
int docker_place_labels(const char *place, char *ret, size_t size);

#endif
