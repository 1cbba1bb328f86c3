/* What Podman tells of a container that it is starting, and what its runtime was told. */
#include "runtime/podman_starting.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "runtime/docker_listed.h"

#define RECENT_S 60 /* most are started as soon as they are created */

/* The labels, out of the last line that tells of its creation; they are among other words. Or null.
 */
static json_t *labels_of(char *lines, const char *id)
{
	json_t *found = NULL;
	char *rest = lines;
	const char *line;

	while ((line = strsep(&rest, "\n"))) {
		_json_ json_t *event = NULL;
		struct error ignored;
		json_t *actor;

		if (!*line || json_parse(line, strlen(line), &event, &ignored) < 0)
			continue;
		actor = json_object_get(event, "Actor");
		if (!text_equal(json_text(event, "Action"), "create") ||
		    !text_equal(json_text(actor, "ID"), id))
			continue;
		json_decref(found);
		found = json_incref(json_object_get(actor, "Attributes"));
	}
	return found;
}

/* Asks what was told of its creation since then. Returns the labels, or null. */
static json_t *ask_labels(engine_getter get, void *arg, const struct podman_born *born,
			  int64_t since)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	char which[96];
	long status = 0;

	snprintf(which, sizeof(which), "%.64s %" PRId64, born->id, since < 0 ? 0 : since);
	if (get(PODMAN_BORN, which, &answer, &status, arg) < 0 || status != 200 || !answer.text)
		return NULL;
	return labels_of(answer.text, born->id);
}

/* Whether its bridge is that of a network with a way out. Returns 0 or -errno, with a message. */
static int check_network(engine_getter get, void *arg, const char *bridge, struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
	_json_ json_t *networks = NULL;
	struct error ignored;
	long status = 0;

	if (get(PODMAN_NETWORKS, "", &answer, &status, arg) == 0 && status == 200 &&
	    engine_answer_parse(&answer, &networks, &ignored) == 0)
		for (size_t i = 0; i < json_array_size(networks); i++) {
			const json_t *n = json_array_get(networks, i);
			const json_t *internal = json_object_get(n, "internal");

			if (!text_equal(json_text(n, "network_interface"), bridge) ||
			    !json_is_boolean(internal))
				continue;
			return json_is_false(internal)
				       ? 0
				       : error_set(e, STATUS_FAILED, -ENODEV,
						   "its network '%.60s' is internal",
						   json_text(n, "name") ? json_text(n, "name")
									: bridge);
		}
	return error_set(e, STATUS_FAILED, -EIO,
			 "the engine does not say whether the network of %s is internal", bridge);
}

/* Whether the network is its own: what the runtime was told. Returns 0 or -ENODEV, with a message.
 */
static int check_config(const struct podman_born *born, struct error *e)
{
	const json_t *spaces =
		json_object_get(json_object_get(born->config, "linux"), "namespaces");

	for (size_t i = 0; i < json_array_size(spaces); i++) {
		const json_t *n = json_array_get(spaces, i);
		const char *path = json_text(n, "path");

		if (!text_equal(json_text(n, "type"), "network"))
			continue;
		/* of Podman's own making, or the runtime's; else another container's */
		if (!path || strncmp(path, "/proc/", 6) != 0)
			return 0;
		break;
	}
	return error_set(e, STATUS_FAILED, -ENODEV, "it shares the network of another container");
}

/* Reads it as if it were listed. Returns as docker_listed. */
static int read_born(const struct config_engine *engine, const struct podman_born *born,
		     json_t *labels, struct docker_container *ret, struct error *e)
{
	CLEANUP(engine_answer_release) struct engine_answer listed = { 0 };
	_json_ json_t *list = NULL;
	char own[IDENT_NAME_MAX + 2];

	snprintf(own, sizeof(own), "/%s", born->name);
	list = json_pack("[{s:s, s:[s], s:O}]", "Id", born->id, "Names", own, "Labels", labels);
	listed.text = list ? json_dumps(list, JSON_COMPACT) : NULL;
	if (!listed.text)
		return error_sys(e, -ENOMEM, "cannot read %s's answer", engine->title);
	listed.len = strlen(listed.text);
	return docker_listed(engine, born->id, born->first, born->config, 200, &listed, ret, e);
}

int podman_starting(const struct config_engine *engine, engine_getter get, void *arg,
		    const struct podman_born *born, struct instance *ret, bool *ret_unsure,
		    struct error *e)
{
	struct docker_container c = { .started_ns = 0 };
	_json_ json_t *labels = NULL;
	int r = check_config(born, e);

	if (r < 0)
		return r;
	labels = ask_labels(get, arg, born, born->now - RECENT_S);
	if (!labels)
		labels = ask_labels(get, arg, born, 0);
	if (!labels)
		return error_set(e, STATUS_FAILED, -EIO,
				 "%s does not tell of the creation of the container, and so of its "
				 "labels",
				 engine->title);
	r = read_born(engine, born, labels, &c, e);
	if (r == 0)
		r = docker_container_settle(&c, c.wishes[DOCKER_ENABLE].there, e);
	if (r == 0 && c.instance.enable != WISH_NO)
		r = check_network(get, arg, born->bridge, e);
	if (r < 0)
		return r;
	*ret = c.instance;
	*ret_unsure = c.wishes_any;
	return 0;
}
