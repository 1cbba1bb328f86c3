/* What a list says of one container that its engine is starting: an inspect would wait. */
#include "runtime/docker_listed.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Its own name among those that links have for it: /web, and not /db/web. Or null. */
static const char *own_name(const json_t *names)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (name && strrchr(name, '/') == name)
			return name;
	}
	return NULL;
}

/* An element of a list as an inspect would say it, as far as it goes; null without memory. */
static json_t *as_inspect(const json_t *listed, pid_t pid, const json_t *config)
{
	const json_t *host = json_object_get(listed, "HostConfig");
	const char *name = own_name(json_object_get(listed, "Names"));

	return json_pack("{s:O?, s:s?, s:O?, s:O?, s:{s:b, s:i}, s:{s:O?}, s:{s:O?, s:O?}, s:O?}",
			 "Id", json_object_get(listed, "Id"), "Name", name, "Image",
			 json_object_get(listed, "ImageID"), "ImageManifestDescriptor",
			 json_object_get(listed, "ImageManifestDescriptor"), "State", "Running", 1,
			 "Pid", (int)pid, "Config", "Labels", json_object_get(listed, "Labels"),
			 "HostConfig", "NetworkMode", json_object_get(host, "NetworkMode"),
			 "Sysctls", json_object_get(json_object_get(config, "linux"), "sysctl"),
			 "NetworkSettings", json_object_get(listed, "NetworkSettings"));
}

int docker_listed(const struct config_engine *engine, const char *id, pid_t pid,
		  const json_t *config, long status, struct engine_answer *answer,
		  struct docker_container *ret, struct error *e)
{
	_json_ json_t *list = NULL, *inspect = NULL;
	const json_t *one;
	int r;

	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "%s answers with HTTP status %ld",
				 engine->title, status);
	r = engine_answer_parse(answer, &list, e);
	if (r < 0)
		return r;
	one = json_array_get(list, 0);
	if (!one || !text_equal(json_text(one, "Id"), id))
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no %s container '%s'",
				 engine->title, id);
	if (text_equal(json_text(one, "State"), "running"))
		return error_set(e, STATUS_FAILED, -EALREADY, "it runs");
	inspect = as_inspect(one, pid, config);
	if (!inspect)
		return error_sys(e, -ENOMEM, "cannot read %s's answer", engine->title);
	r = docker_container_inspect(inspect, engine, id, ret, e);
	/* the list has only those that are reached already */
	if (r == 0)
		ret->instance.published = (struct exposed){ .word = EXPOSE_UNSAID };
	return r;
}
