/* The few things that an engine's API is ever asked for, and their paths. */
#ifndef V6HOOK_ENGINE_PATH_H
#define V6HOOK_ENGINE_PATH_H

#include <stdbool.h>

#include "base/ident.h"

#define ENGINE_ID_MAX 80 /* bytes, with the zero at the end */

enum engine_what {
	DOCKER_EVENTS,	  /* all that happens to containers and networks, as a stream */
	DOCKER_LIST,	  /* the containers that run */
	DOCKER_CONTAINER, /* one container, by name or ID */
	DOCKER_IMAGE,	  /* one image, by ID */
	DOCKER_SUBNET,	  /* one network, by Docker's ID or Podman's name, without its containers */
	DOCKER_PLACE,	  /* the list of the one container of "ID PLACE", if it has that place */
	DOCKER_CREATED,	  /* the list of the one container of that ID, whether it runs or not */
	DOCKER_ENDPOINTS, /* one of Docker's networks, by name or ID, with all that are on it */
	PODMAN_BORN,	 /* what Podman told of one container's creation, "ID SECONDS" since then */
	PODMAN_NETWORKS, /* all of Podman's networks */
	DOCKER_CALLED,	 /* the list of the one container of "ID NAME", if that is its name */

	/* of Incus's API (incus_name.h) */
	INCUS_EVENTS,	/* all that happens to instances, as messages of a WebSocket */
	INCUS_LIST,	/* the instances, by reference */
	INCUS_INSTANCE, /* one instance, by name */
	INCUS_STATE,	/* whether it runs, and its first process */
};

/* Docker's own rule for names and IDs: [a-zA-Z0-9][a-zA-Z0-9_.-]*; others cannot exist. */
bool docker_can_exist(const char *name);

/* Whether it is a container's whole ID: 64 lower-case hexadecimal digits. */
bool docker_is_id(const char *text);

/* Whether it is an image's ID: the same, with or without "sha256:" before it. */
bool docker_is_image(const char *text);

/*
 * Writes the path to GET to ret.
 * @which: the container, image or network; anything for the others
 * Returns 0, or -EINVAL if none can be named so: nothing else comes into a request.
 */
#define ENGINE_PATH_MAX (7 * IDENT_NAME_MAX + 640) /* a dot in a filter takes seven bytes */
int engine_path(enum engine_what what, const char *which, char ret[ENGINE_PATH_MAX]);

#endif
