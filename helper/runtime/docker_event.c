/* One line of Docker's stream of events, and what it means for whoever serves containers. */
#include "runtime/docker_event.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/* What is told of containers and networks, by the words of the API; others do not matter. */
static const struct {
	const char *type, *action;
	enum engine_happening what;
} words[] = {
	{ "container", "start", ENGINE_EVENT_LOOK },	{ "container", "die", ENGINE_EVENT_END },
	{ "container", "rename", ENGINE_EVENT_RENAME }, { "network", "connect", ENGINE_EVENT_LOOK },
	{ "network", "disconnect", ENGINE_EVENT_LOOK },
};

/* Copies a text if it is there and fits. Returns whether it does. */
static bool take(const char *text, char *out, size_t size)
{
	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

/* Reads which container it is about. Returns whether that can be told. */
static bool read_container(const json_t *actor, bool of_network, struct engine_event *e)
{
	const json_t *attributes = json_object_get(actor, "Attributes");
	const char *id = of_network ? json_text(attributes, "container") : NULL, *name;

	/* Podman's actor is the container, not the network, whose ID is no container's */
	if (!id)
		id = json_text(actor, "ID");
	name = of_network ? id : json_text(attributes, "name");
	/* whoever looks at it is told its name anew */
	return take(id, e->id, sizeof(e->id)) &&
	       (take(name, e->name, sizeof(e->name)) || (name && e->what == ENGINE_EVENT_LOOK));
}

/* Reads the former name. Podman (4.3, 5.8: libpod/runtime_ctr.go) does not tell it. */
static bool read_old_name(const json_t *actor, struct engine_event *e)
{
	const char *old = json_text(json_object_get(actor, "Attributes"), "oldName");

	return !old || (*old == '/' && take(old + 1, e->old_name, sizeof(e->old_name)));
}

void docker_event_read(const char *line, size_t len, struct engine_event *ret)
{
	_json_ json_t *json = NULL;
	struct engine_event e = { .what = ENGINE_EVENT_NONE };
	const char *type, *action;
	const json_t *actor;
	struct error ignored;

	*ret = (struct engine_event){ .what = ENGINE_EVENT_ANY };
	if (!line || json_parse(line, len, &json, &ignored) < 0)
		return;
	ret->what = ENGINE_EVENT_NONE;
	type = json_text(json, "Type");
	action = json_text(json, "Action");
	actor = json_object_get(json, "Actor");
	for (size_t i = 0; type && action && i < ARRAY_SIZE(words); i++)
		if (strcmp(type, words[i].type) == 0 && strcmp(action, words[i].action) == 0) {
			e.what = words[i].what;
			e.why = words[i].action;
		}
	if (e.what == ENGINE_EVENT_NONE ||
	    !read_container(actor, strcmp(type, "network") == 0, &e) ||
	    (e.what == ENGINE_EVENT_RENAME && !read_old_name(actor, &e)))
		return;
	json_whole(json_object_get(json, "timeNano"), 1, INT64_MAX, &e.event_ns);
	*ret = e;
}
