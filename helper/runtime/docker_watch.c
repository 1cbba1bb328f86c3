/* Docker's events: all that runs, then all that happens, without a gap between. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "runtime/docker_http.h"
#include "runtime/engines.h"

#define EVENT_MAX (1024 * 1024) /* bytes of one event; labels can make it longer */
/* {"type":["container","network"]} */
#define EVENTS "/events?filters=%7B%22type%22%3A%5B%22container%22%2C%22network%22%5D%7D"

struct docker_watching {
	const struct runtime_options *o;
	runtime_heard heard;
	void (*refused)(const char *name, const struct error *e, void *arg);
	void *arg;
};

/* Inspects a container and tells that it runs, or why it cannot be served. */
static void look_at(struct docker_watching *w, const char *id, const char *name, const char *why)
{
	struct instance instance = { .pid = 0 };
	struct error error;
	int r = runtime_docker.find(id, w->o, &instance, &error);

	if (r == 0)
		w->heard(RUNTIME_RUNNING, &instance, NULL, why, w->arg);
	else if (r != -ENOENT && r != -ESRCH && r != -EHOSTDOWN)
		w->refused(*instance.ident.name ? instance.ident.name : name, &error, w->arg);
}

static int on_listed(const struct instance *i, void *arg)
{
	struct docker_watching *w = arg;

	w->heard(RUNTIME_RUNNING, i, NULL, "running", w->arg);
	return 0;
}

/* The stream is open, and keeps what happens from now on: what runs already is asked for. */
static void on_opened(void *arg)
{
	struct docker_watching *w = arg;
	struct error error;
	int r = runtime_docker.each_running(w->o, on_listed, w, &error);

	if (r < 0)
		w->refused("", &error, w->arg);
	else
		w->heard(RUNTIME_LISTED, NULL, NULL, "listed", w->arg);
}

/* Tells one event of a container. @actor: its ID and attributes */
static void on_container(struct docker_watching *w, const char *action, const cJSON *actor)
{
	const char *id = json_text(actor, "ID");
	const cJSON *attributes = json_member(actor, "Attributes");
	const char *name = json_text(attributes, "name"), *old = json_text(attributes, "oldName");
	struct instance instance = { .ident.runtime = "docker" };

	if (!id || !name || strlen(id) >= sizeof(instance.id) || strlen(name) > IDENT_NAME_MAX)
		return;
	snprintf(instance.id, sizeof(instance.id), "%s", id);
	snprintf(instance.ident.name, sizeof(instance.ident.name), "%s", name);
	if (strcmp(action, "start") == 0)
		look_at(w, id, name, "start");
	else if (strcmp(action, "die") == 0)
		w->heard(RUNTIME_GONE, &instance, NULL, "die", w->arg);
	else if (strcmp(action, "rename") == 0 && old && *old == '/' &&
		 strlen(old) <= IDENT_NAME_MAX)
		w->heard(RUNTIME_RENAMED, &instance, old + 1, "rename", w->arg);
}

static void on_event(const char *line, size_t len, void *arg)
{
	struct docker_watching *w = arg;
	_json_ cJSON *event = NULL;
	const char *type, *action, *container;
	struct error error;

	/* one that is too long or makes no sense may have been anything: look at all again */
	if (!line || json_parse(line, len, &event, &error) < 0) {
		on_opened(w);
		return;
	}
	type = json_text(event, "Type");
	action = json_text(event, "Action");
	if (!type || !action)
		return;
	if (strcmp(type, "container") == 0)
		on_container(w, action, json_member(event, "Actor"));
	container = json_text(json_member(json_member(event, "Actor"), "Attributes"), "container");
	if (strcmp(type, "network") == 0 && container &&
	    (strcmp(action, "connect") == 0 || strcmp(action, "disconnect") == 0))
		look_at(w, container, container, action);
}

int docker_watch(const struct runtime_options *o, runtime_heard heard,
		 void (*refused)(const char *name, const struct error *e, void *arg), void *arg,
		 struct error *e)
{
	struct docker_watching w = { o, heard, refused, arg };

	return docker_follow(o->docker_socket, EVENTS, EVENT_MAX, on_opened, on_event, &w, e);
}
