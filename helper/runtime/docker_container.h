/* What Docker's API says of one container, and whether that container can be served. */
#ifndef V6HOOK_DOCKER_CONTAINER_H
#define V6HOOK_DOCKER_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/docker_ask.h"
#include "runtime/docker_list.h"
#include "runtime/runtime.h"

struct docker_container {
	struct instance instance;
	int64_t started_ns;	    /* State.StartedAt, ns since the epoch; 0 if unknown */
	char shares[DOCKER_ID_MAX]; /* the ID of the container whose network it uses, or "" */
};

/* Docker's own rule for names and IDs: [a-zA-Z0-9][a-zA-Z0-9_.-]*; others cannot exist. */
bool docker_can_exist(const char *name);

/* Writes the path to inspect a container to ret. @name: one that can exist */
#define DOCKER_PATH_MAX (IDENT_NAME_MAX + 32)
void docker_container_path(const char *name, char ret[DOCKER_PATH_MAX]);

/*
 * Reads what was answered to that.
 * @name: as it was asked for
 * @answer: is changed
 * Returns as the find of runtime.h does; for -ESRCH and -ENODEV, ret->instance.ident and
 * ret->shares are filled in, otherwise ret is untouched on failure.
 */
int docker_container_read(const char *name, long status, struct docker_answer *answer,
			  struct docker_container *ret, struct error *e);

/*
 * Fills e with the reason why a container that shares a network is not served.
 * @owner: the ID of whose network it is
 * @answer: what was answered about that one, to say its name; or null; is changed
 * Returns -ENODEV.
 */
int docker_container_shared(const char *owner, struct docker_answer *answer, struct error *e);

/* Reads RFC 3339 with up to nine decimals; returns ns since the epoch, or 0. */
int64_t docker_time(const char *text);

#endif
