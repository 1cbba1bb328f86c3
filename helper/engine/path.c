/* The few things that an engine's API is ever asked for, and their paths. */
#include "engine/path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/docker_place.h"
#include "engine/incus_name.h"

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

/* ["^/?NAME$"], a regular expression: Podman's names are without the slash. Returns 0 or -EINVAL.
 */
static int name_filter(const char *name, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%%5B%%22%%5E%%2F%%3F");

	if (strlen(name) > IDENT_NAME_MAX || !docker_can_exist(name))
		return -EINVAL;
	for (; *name && used < size; name++)
		used += (size_t)snprintf(out + used, size - used, *name == '.' ? "%%5B.%%5D" : "%c",
					 *name);
	return used >= size || (size_t)snprintf(out + used, size - used, "%%24%%22%%5D") >=
				       size - used
		       ? -EINVAL
		       : 0;
}

/*
 * {"id":["..."],"label":["KEY=VALUE",...]}, or with "name": Docker compares, whoever says that it
 * is so. Unlike an inspect, a list does not wait for the end of a start.
 */
static int one_path(enum engine_what what, const char *which, char ret[ENGINE_PATH_MAX])
{
	const char *space = strchr(which, ' ');
	char id[65], filter[7 * IDENT_NAME_MAX + 64] = "";
	int r = 0;

	if ((space ? space - which : (ssize_t)strlen(which)) != 64 ||
	    !space != (what == DOCKER_CREATED))
		return -EINVAL;
	snprintf(id, sizeof(id), "%.64s", which);
	if (what == DOCKER_PLACE)
		r = docker_place_labels(space + 1, filter, sizeof(filter));
	else if (what == DOCKER_CALLED)
		r = name_filter(space + 1, filter, sizeof(filter));
	if (!docker_is_id(id) || r < 0)
		return -EINVAL;
	sprintf(ret, "/containers/json?all=1&filters=%%7B%%22id%%22%%3A%%5B%%22%s%%22%%5D%s%s%%7D",
		id,
		what == DOCKER_PLACE	? "%2C%22label%22%3A"
		: what == DOCKER_CALLED ? "%2C%22name%22%3A"
					: "",
		filter);
	return 0;
}

/* {"container":["..."],"event":["create","rename"]}, of what is over */
static int born_path(const char *which, char ret[ENGINE_PATH_MAX])
{
	const char *space = strchr(which, ' ');
	char id[65];

	snprintf(id, sizeof(id), "%.64s", which);
	if (!docker_is_id(id) || space != which + 64 || !space[1] || strlen(space + 1) > 20 ||
	    space[1 + strspn(space + 1, "0123456789")])
		return -EINVAL;
	sprintf(ret,
		"/events?stream=false&since=%s&filters=%%7B%%22container%%22%%3A%%5B%%22%s%%22%%5D"
		"%%2C%%22event%%22%%3A%%5B%%22create%%22%%2C%%22rename%%22%%5D%%7D",
		space + 1, id);
	return 0;
}

/* Of an instance of Incus's, or of what is below it. */
static int instance_path(const char *name, const char *below, char ret[ENGINE_PATH_MAX])
{
	const size_t part = incus_name_part(name);

	if (!incus_can_exist(name))
		return -EINVAL;
	sprintf(ret, "/1.0/instances/%s%s%s%.*s", name + part, below, part ? "?project=" : "",
		part ? (int)part - 1 : 0, name);
	return 0;
}

int engine_path(enum engine_what what, const char *which, char ret[ENGINE_PATH_MAX])
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
	case DOCKER_ENDPOINTS:
		if (strlen(which) > IDENT_NAME_MAX || !docker_can_exist(which))
			return -EINVAL;
		sprintf(ret, "/networks/%s", which);
		return 0;
	case PODMAN_BORN:
		return born_path(which, ret);
	case PODMAN_NETWORKS:
		strcpy(ret, "/v4.0.0/libpod/networks/json");
		return 0;
	case DOCKER_PLACE:
	case DOCKER_CREATED:
	case DOCKER_CALLED:
		return one_path(what, which, ret);
	case INCUS_EVENTS:
		strcpy(ret, "/1.0/events?type=lifecycle&all-projects=true");
		return 0;
	case INCUS_LIST:
		strcpy(ret, "/1.0/instances?all-projects=true");
		return 0;
	case INCUS_INSTANCE:
		return instance_path(which, "", ret);
	case INCUS_STATE:
		return instance_path(which, "/state", ret);
	}
	return -EINVAL;
}
