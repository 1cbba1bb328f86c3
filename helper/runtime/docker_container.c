/* What Docker's API says of one container, and whether that container can be served. */
#include "runtime/docker_container.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/note.h"
#include "base/text.h"

bool docker_can_exist(const char *name)
{
	if (!isalnum((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}

void docker_container_path(const char *name, char ret[DOCKER_PATH_MAX])
{
	snprintf(ret, DOCKER_PATH_MAX, "/containers/%s/json", name);
}

int64_t docker_time(const char *text)
{
	char seconds[32] = "";
	int64_t ns = 0, s;
	int hours, minutes, end = 0;
	size_t digits;

	if (!text || strlen(text) < 20 || strlen(text) > 35)
		return 0;
	snprintf(seconds, sizeof(seconds), "%.19sZ", text);
	s = text_parse_time(seconds);
	text += 19;
	if (*text == '.') {
		digits = strspn(++text, "0123456789");
		for (size_t i = 0; i < 9; i++)
			ns = ns * 10 + (i < digits ? text[i] - '0' : 0);
		text += digits;
	}
	/* an offset from UTC: Docker writes Z, Podman its own */
	if (strcmp(text, "Z") != 0) {
		if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || text[1 + end] ||
		    (*text != '+' && *text != '-') || hours < 0 || minutes < 0)
			return 0;
		s -= (*text == '+' ? 1 : -1) * (hours * 3600 + minutes * 60);
	}
	/* the year 1: never started; and what does not fit */
	return s < 0 || s > INT64_MAX / 1000000000 - 1 ? 0 : s * 1000000000 + ns;
}

/* Refuses a container that has no network namespace of its own, or no network. */
static int check_network(const char *mode, char *ret_shares, struct error *e)
{
	if (!mode)
		return 0;
	if (strcmp(mode, "host") == 0)
		return error_set(
			e, STATUS_FAILED, -ENODEV,
			"it is on the host's own network (--network host): there is nothing "
			"to attach");
	if (strcmp(mode, "none") == 0)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "it has no network (--network none): put it on a bridge");
	if (strncmp(mode, "container:", 10) != 0)
		return 0;
	/* the mode holds an ID; people know names */
	if (strlen(mode + 10) < DOCKER_ID_MAX && docker_can_exist(mode + 10))
		strcpy(ret_shares, mode + 10);
	return docker_container_shared(mode + 10, NULL, e);
}

/* Reads the addresses that Docker gave it on its networks. */
static void read_given(const cJSON *container, struct instance *ret)
{
	const cJSON *networks = json_member(json_member(container, "NetworkSettings"), "Networks");

	for (const cJSON *n = networks ? networks->child : NULL;
	     n && ret->given_count < INSTANCE_GIVEN_MAX; n = n->next) {
		const char *address = json_text(n, "GlobalIPv6Address");

		ret->given_count +=
			address && inet_pton(AF_INET6, address, &ret->given[ret->given_count]) == 1;
	}
}

/* Reads the labels that are ours; what cannot be read counts as not there, and is said. */
static void read_labels(const cJSON *container, struct instance *ret)
{
	const cJSON *labels = json_member(json_member(container, "Config"), "Labels");
	const cJSON *networks = json_member(json_member(container, "NetworkSettings"), "Networks");
	const char *enable = json_text(labels, "v6hook.enable");
	const char *address = json_text(labels, "v6hook.address");
	const char *network = json_text(labels, "v6hook.network");
	const char *mac;

	if (enable)
		ret->enable = strcmp(enable, "true") == 0 ? WISH_YES : WISH_NO;
	/* what is misspelt must not make a container public */
	if (ret->enable == WISH_NO && strcmp(enable, "false") != 0)
		note(NOTE_WARNING,
		     "docker:%s: label v6hook.enable is neither true nor false: taken as false",
		     ret->ident.name);
	if (address)
		snprintf(ret->address, sizeof(ret->address), "%s", *address ? address : "(empty)");
	if (!network)
		return;
	mac = json_text(json_member(networks, network), "MacAddress");
	ret->has_mac = mac && sscanf(mac, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &ret->mac[0],
				     &ret->mac[1], &ret->mac[2], &ret->mac[3], &ret->mac[4],
				     &ret->mac[5]) == 6;
	if (!ret->has_mac)
		note(NOTE_WARNING, "docker:%s: label v6hook.network names none of its networks",
		     ret->ident.name);
}

/*
 * Makes the escape \\u0000 the replacement character: one in a label of somebody's must not make
 * the whole answer unreadable.
 */
static void replace_nul_escapes(char *text)
{
	for (; *text; text++) {
		if (*text != '\\' || !text[1])
			continue;
		if (strncmp(text, "\\u0000", 6) == 0)
			memcpy(text + 2, "fffd", 4);
		text++;
	}
}

/* Parses an answer as JSON. Returns 0 and a tree to be freed, or -errno. */
static int read_answer(const struct docker_answer *answer, cJSON **ret, struct error *e)
{
	int r;

	if (answer->text)
		replace_nul_escapes(answer->text);
	r = json_parse(answer->text ? answer->text : "", answer->len, ret, e);
	if (r == 0)
		return 0;
	e->status = STATUS_FAILED;
	return error_prefix(e, r, "Docker's answer");
}

int docker_container_shared(const char *owner, struct docker_answer *answer, struct error *e)
{
	_json_ cJSON *json = NULL;
	const char *name = NULL;
	struct error ignored;

	if (answer && read_answer(answer, &json, &ignored) == 0)
		name = json_text(json, "Name");
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "it shares the network of '%.100s': attach that one",
			 name && *name == '/' ? name + 1 : owner);
}

/* Reads what is JSON already. Returns as docker_container_read does. */
static int read_container(const cJSON *json, const char *name, struct docker_container *ret,
			  struct error *e)
{
	const cJSON *state = json_member(json, "State");
	const char *id = json_text(json, "Id"), *own = json_text(json, "Name");
	struct docker_container c = { .started_ns = 0 };
	int64_t pid;
	int r;

	if (!id || !own || own[0] != '/' || !docker_can_exist(own + 1) ||
	    strlen(id) >= sizeof(c.instance.id) || strlen(own) > IDENT_NAME_MAX ||
	    !json_whole(json_member(state, "Pid"), 0, INT_MAX, &pid))
		return error_set(e, STATUS_FAILED, -EBADMSG,
				 "cannot make sense of Docker's answer");
	snprintf(c.instance.ident.runtime, sizeof(c.instance.ident.runtime), "docker");
	snprintf(c.instance.ident.name, sizeof(c.instance.ident.name), "%s", own + 1);
	ret->instance.ident = c.instance.ident;
	if (!cJSON_IsTrue(json_member(state, "Running")) || pid == 0)
		r = error_set(e, STATUS_NO_CONTAINER, -ESRCH,
			      "Docker container '%s' is not running: docker start %s", name, name);
	else
		r = check_network(json_text(json_member(json, "HostConfig"), "NetworkMode"),
				  c.shares, e);
	strcpy(ret->shares, c.shares);
	if (r < 0)
		return r;
	c.instance.pid = (pid_t)pid;
	c.started_ns = docker_time(json_text(state, "StartedAt"));
	read_labels(json, &c.instance);
	read_given(json, &c.instance);
	snprintf(c.instance.id, sizeof(c.instance.id), "%s", id);
	*ret = c;
	return 0;
}

int docker_container_read(const char *name, long status, struct docker_answer *answer,
			  struct docker_container *ret, struct error *e)
{
	_json_ cJSON *json = NULL;
	int r;

	if (status == 404)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no Docker container '%s'", name);
	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "Docker answers with HTTP status %ld",
				 status);
	r = read_answer(answer, &json, e);
	return r < 0 ? r : read_container(json, name, ret, e);
}
