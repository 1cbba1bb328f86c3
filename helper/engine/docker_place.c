/* The place of a Docker container: which task of which service, by Swarm's and Compose's labels. */
#include "engine/docker_place.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"

#define PARTS_MOST 3

/* Who gives places, and the labels that say which, in the order in which a place has them. */
static const struct giver {
	const char *name;
	const char *labels[PARTS_MOST + 1];
} givers[] = {
	{ "swarm", { "com.docker.swarm.service.name", DOCKER_LABEL_TASK, NULL } },
	{ "compose",
	  { "com.docker.compose.project", "com.docker.compose.service", DOCKER_LABEL_NUMBER,
	    NULL } },
};

/* What can stand in a URL, and between colons, as it is. Names of projects and services are so. */
static bool is_word(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_.-");

	return len && !text[len];
}

/* Whether a task's name is SERVICE.SLOT.ID, of that service. */
static bool is_task_of(const char *task, const char *service)
{
	size_t len = strlen(service);
	const char *dot;

	if (strncmp(task, service, len) != 0 || task[len] != '.')
		return false;
	dot = strchr(task + len + 1, '.');
	return dot && dot > task + len + 1 && dot[1] && !strchr(dot + 1, '.');
}

/* Reads what one giver says. Returns whether it names a place that fits. */
static bool read_one(const struct giver *g, const json_t *labels, char ret[IDENT_PLACE_MAX])
{
	char place[IDENT_PLACE_MAX];
	size_t used = (size_t)snprintf(place, sizeof(place), "%s", g->name);

	for (size_t i = 0; g->labels[i]; i++) {
		const char *text = json_text(labels, g->labels[i]);

		if (!text || !is_word(text) || strlen(text) + 1 >= sizeof(place) - used)
			return false;
		used += (size_t)sprintf(place + used, ":%s", text);
	}
	strcpy(ret, place);
	return true;
}

void docker_place_read(const json_t *labels, char ret[IDENT_PLACE_MAX])
{
	const char *once = json_text(labels, "com.docker.compose.oneoff");

	*ret = '\0';
	if (read_one(&givers[0], labels, ret) &&
	    is_task_of(json_text(labels, DOCKER_LABEL_TASK),
		       json_text(labels, "com.docker.swarm.service.name")))
		return;
	*ret = '\0';
	if (!once || strcasecmp(once, "false") == 0)
		read_one(&givers[1], labels, ret);
}

int docker_place_labels(const char *place, char *ret, size_t size)
{
	char text[IDENT_PLACE_MAX], *rest = text, *part;
	const struct giver *g = NULL;
	size_t used = 0, i;

	if (strlen(place) >= sizeof(text))
		return -EINVAL;
	strcpy(text, place);
	part = strsep(&rest, ":");
	for (i = 0; i < ARRAY_SIZE(givers); i++)
		if (strcmp(part, givers[i].name) == 0)
			g = &givers[i];
	for (i = 0; g && g->labels[i] && (part = strsep(&rest, ":")); i++) {
		int n = is_word(part) ? snprintf(ret + used, size - used, "%s%%22%s%%3D%s%%22",
						 i ? "%2C" : "%5B", g->labels[i], part)
				      : -1;

		if (n < 0 || (size_t)n >= size - used)
			return -EINVAL;
		used += (size_t)n;
	}
	if (!g || g->labels[i] || rest || size - used < sizeof("%5D"))
		return -EINVAL;
	strcpy(ret + used, "%5D");
	return 0;
}
