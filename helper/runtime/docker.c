/* Docker containers: what its API says of them, and which of them can be served. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/note.h"
#include "runtime/engines.h"
#include "runtime/docker_http.h"

/* Docker's own rule for names and IDs: [a-zA-Z0-9][a-zA-Z0-9_.-]*; others cannot exist. */
static bool can_exist(const char *name)
{
	if (!isalnum((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("_.-", *name))
			return false;
	return true;
}

/* Refuses a container that has no network namespace of its own, or no network. */
static int check_network(const cJSON *container, struct error *e)
{
	const char *mode = json_text(json_member(container, "HostConfig"), "NetworkMode");

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
	return 0;
}

/* For `--network container:ID`: says whose network it is. Returns 0 or -ENODEV. */
static int check_shared(const cJSON *container, const char *socket, struct error *e)
{
	const char *mode = json_text(json_member(container, "HostConfig"), "NetworkMode");
	CLEANUP(docker_answer_release) struct docker_answer other = { 0 };
	const char *name = NULL;
	_json_ cJSON *json = NULL;
	struct error ignored;
	char path[160];
	long status = 0;

	if (!mode || strncmp(mode, "container:", 10) != 0)
		return 0;
	mode += 10;
	/* the mode holds an ID; people know names */
	snprintf(path, sizeof(path), "/containers/%.100s/json", mode);
	if (can_exist(mode) && docker_get(socket, path, &other, &status, &ignored) == 0 &&
	    status == 200 &&
	    json_parse(other.text ? other.text : "", other.len, &json, &ignored) == 0)
		name = json_text(json, "Name");
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "it shares the network of '%.100s': attach that one",
			 name && *name == '/' ? name + 1 : mode);
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

/* Reads what /containers/NAME/json answers. Returns 0 or as find does. */
static int read_container(const cJSON *json, const char *name, const char *socket,
			  struct instance *ret, struct error *e)
{
	const cJSON *state = json_member(json, "State");
	const char *id = json_text(json, "Id"), *own = json_text(json, "Name");
	struct instance instance = { .pid = 0 };
	int64_t pid;
	int r;

	if (!id || !own || own[0] != '/' || !can_exist(own + 1) || strlen(id) >= sizeof(ret->id) ||
	    strlen(own) > IDENT_NAME_MAX ||
	    !json_whole(json_member(state, "Pid"), 0, INT_MAX, &pid))
		return error_set(e, STATUS_FAILED, -EBADMSG,
				 "cannot make sense of Docker's answer");
	snprintf(instance.ident.runtime, sizeof(instance.ident.runtime), "docker");
	snprintf(instance.ident.name, sizeof(instance.ident.name), "%s", own + 1);
	ret->ident = instance.ident;
	if (!cJSON_IsTrue(json_member(state, "Running")) || pid == 0)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "Docker container '%s' is not running: docker start %s", name,
				 name);
	r = check_network(json, e);
	if (r == 0)
		r = check_shared(json, socket, e);
	if (r < 0)
		return r;
	instance.pid = (pid_t)pid;
	read_labels(json, &instance);
	read_given(json, &instance);
	snprintf(instance.id, sizeof(instance.id), "%s", id);
	*ret = instance;
	return 0;
}

static int unknown(const char *name, struct error *e)
{
	return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no Docker container '%s'", name);
}

/* Whether there is a socket to ask at all; spares the library where there is no Docker. */
static int check_socket(const char *socket, struct error *e)
{
	if (access(socket, F_OK) == 0)
		return 0;
	return error_set(e, STATUS_FAILED, -EHOSTDOWN,
			 "Docker does not answer on %s: is dockerd running?", socket);
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

static int docker_find(const char *name, const struct runtime_options *o, struct instance *ret,
		       struct error *e)
{
	CLEANUP(docker_answer_release) struct docker_answer answer = { 0 };
	_json_ cJSON *json = NULL;
	char path[IDENT_NAME_MAX + 32];
	long status = 0;
	int r;

	if (!can_exist(name))
		return unknown(name, e);
	r = check_socket(o->docker_socket, e);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/containers/%s/json", name);
	r = docker_get(o->docker_socket, path, &answer, &status, e);
	if (r < 0)
		return r;
	if (status == 404)
		return unknown(name, e);
	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "Docker answers with HTTP status %ld",
				 status);
	r = read_answer(&answer, &json, e);
	if (r < 0)
		return r;
	return read_container(json, name, o->docker_socket, ret, e);
}

/* Reads the list of running containers. Returns 0 and a tree to be freed, or -errno. */
static int list_running(const char *socket, cJSON **ret, struct error *e)
{
	CLEANUP(docker_answer_release) struct docker_answer answer = { 0 };
	long status = 0;
	int r = check_socket(socket, e);

	if (r == 0)
		r = docker_get(socket, "/containers/json", &answer, &status, e);
	if (r < 0)
		return r;
	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "Docker answers with HTTP status %ld",
				 status);
	return read_answer(&answer, ret, e);
}

static int docker_each_running(const struct runtime_options *o,
			       int (*each)(const struct instance *i, void *arg), void *arg,
			       struct error *e)
{
	_json_ cJSON *list = NULL;
	int r = list_running(o->docker_socket, &list, e);

	if (r < 0)
		return r;
	for (const cJSON *c = list->child; r == 0 && c; c = c->next) {
		const char *id = json_text(c, "Id");
		struct instance instance;
		struct error ignored;

		/* stopped meanwhile, or without a port: not to be served */
		if (id && docker_find(id, o, &instance, &ignored) == 0)
			r = each(&instance, arg);
	}
	return r;
}

const struct runtime runtime_docker = {
	.name = "docker",
	.tells = true,
	.find = docker_find,
	.each_running = docker_each_running,
};
