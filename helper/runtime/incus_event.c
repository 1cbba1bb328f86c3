/* One message of Incus's stream of events, and what it means for whoever serves containers. */
#include "runtime/incus_event.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "engine/incus_name.h"

/* What matters of what is told (api/event_lifecycle.go), and the word for the journal. */
static const struct {
	const char *action, *why;
} words[] = {
	{ "instance-started", "start" },      { "instance-restarted", "restart" },
	{ "instance-stopped", "stop" },	      { "instance-shutdown", "shutdown" },
	{ "instance-resumed", "resume" },     { "instance-updated", "update" },
	{ "instance-renamed", INCUS_RENAME },
};

void incus_event_read(const char *text, size_t len, struct engine_event *ret)
{
	_json_ json_t *json = NULL;
	const char *action, *source;
	struct engine_event e = { .what = ENGINE_EVENT_LOOK };
	const json_t *data;
	struct error ignored;
	char name[INCUS_NAME_MAX];

	*ret = (struct engine_event){ .what = ENGINE_EVENT_ANY };
	if (!text || json_parse(text, len, &json, &ignored) < 0)
		return;
	ret->what = ENGINE_EVENT_NONE;
	data = json_object_get(json, "metadata");
	action = json_text(data, "action");
	source = json_text(data, "source");
	for (size_t i = 0; action && i < ARRAY_SIZE(words); i++)
		if (strcmp(action, words[i].action) == 0)
			e.why = words[i].why;
	if (!e.why || !source)
		return;
	if (incus_name_of(source, strlen(source), name) < 0)
		return;
	snprintf(e.id, sizeof(e.id), "%s", name);
	snprintf(e.name, sizeof(e.name), "%s", name);
	*ret = e;
}
