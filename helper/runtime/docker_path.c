/* The few things that Docker's API is ever asked for, and their paths. */
#include "runtime/docker_path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtime/docker_place.h"

bool docker_can_exist(const char *name)
{
	if (!isalnum((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}

bool docker_is_id(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Docker writes "sha256:" before an image's ID, Podman not. */
bool docker_is_image(const char *text)
{
	return docker_is_id(strncmp(text, "sha256:", 7) == 0 ? text + 7 : text);
}

/* Swarm has IDs of its own for its networks: 25 digits to the base of 36. */
static bool is_swarms(const char *id)
{
	return strlen(id) == 25 && strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz") == 25 &&
	       strcspn(id, "0123456789") < 25;
}

/* {"id":["..."],"label":["KEY=VALUE",...]}: Docker compares, whoever says that it is so. */
static int place_path(const char *which, char ret[DOCKER_PATH_MAX])
{
	const char *space = strchr(which, ' ');
	char id[65], labels[512];

	if (!space || space - which != 64)
		return -EINVAL;
	snprintf(id, sizeof(id), "%.64s", which);
	if (!docker_is_id(id) || docker_place_labels(space + 1, labels, sizeof(labels)) < 0)
		return -EINVAL;
	sprintf(ret,
		"/containers/json?filters=%%7B%%22id%%22%%3A%%5B%%22%s%%22%%5D%%2C"
		"%%22label%%22%%3A%s%%7D",
		id, labels);
	return 0;
}

int docker_path(enum docker_what what, const char *which, char ret[DOCKER_PATH_MAX])
{
	switch (what) {
	case DOCKER_EVENTS:
		/* {"type":["container","network"]} */
		strcpy(ret, "/events?filters=%7B%22type%22%3A%5B%22container%22%2C%22network%22%5D"
			    "%7D");
		return 0;
	case DOCKER_LIST:
		strcpy(ret, "/containers/json");
		return 0;
	case DOCKER_CONTAINER:
		if (strlen(which) > IDENT_NAME_MAX || !docker_can_exist(which))
			return -EINVAL;
		sprintf(ret, "/containers/%s/json", which);
		return 0;
	case DOCKER_IMAGE:
		if (!docker_is_image(which))
			return -EINVAL;
		sprintf(ret, "/images/%s/json", which);
		return 0;
	case DOCKER_SUBNET:
		/* {"id":["..."]}: an inspect of Docker's would tell of all that are on it */
		if (docker_is_id(which) || is_swarms(which))
			sprintf(ret, "/networks?filters=%%7B%%22id%%22%%3A%%5B%%22%s%%22%%5D%%7D",
				which);
		/* so would Podman's answer to that; its own API does not */
		else if (strlen(which) <= IDENT_NAME_MAX && docker_can_exist(which))
			sprintf(ret, "/v4.0.0/libpod/networks/%s/json", which);
		else
			return -EINVAL;
		return 0;
	case DOCKER_PLACE:
		return place_path(which, ret);
	}
	return -EINVAL;
}
