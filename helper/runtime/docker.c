/* Docker containers, through its HTTP API on a Unix socket; the only file that speaks to it. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/json.h"
#include "runtime/engines.h"
#include "runtime/library.h"

#define ANSWER_MAX (4u * 1024 * 1024) /* bytes of one inspect; labels can make it large */
#define TIMEOUT_MS 5000

static CURL *(*easy_init)(void);
static CURLcode (*easy_setopt)(CURL *handle, CURLoption option, ...);
static CURLcode (*easy_perform)(CURL *handle);
static CURLcode (*easy_getinfo)(CURL *handle, CURLINFO info, ...);
static const char *(*easy_strerror)(CURLcode code);
static void (*easy_cleanup)(CURL *handle);

static int load(struct error *e)
{
	const struct library_symbol symbols[] = {
		{ "curl_easy_init", &easy_init },	  { "curl_easy_setopt", &easy_setopt },
		{ "curl_easy_perform", &easy_perform },	  { "curl_easy_getinfo", &easy_getinfo },
		{ "curl_easy_strerror", &easy_strerror }, { "curl_easy_cleanup", &easy_cleanup },
	};

	return library_load("libcurl.so.4", symbols, ARRAY_SIZE(symbols), e);
}

static void cleanup_handle(CURL **handle)
{
	if (*handle)
		easy_cleanup(*handle);
}

/* What has arrived of an answer. */
struct answer {
	char *text;
	size_t len;
};

static void answer_release(struct answer *a)
{
	free(a->text);
}

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
	struct answer *a = arg;
	size_t n = size * count;
	char *larger;

	if (n > ANSWER_MAX - a->len)
		return 0; /* ends the transfer with CURLE_WRITE_ERROR */
	larger = realloc(a->text, a->len + n + 1);
	if (!larger)
		return 0;
	a->text = larger;
	memcpy(a->text + a->len, data, n);
	a->len += n;
	a->text[a->len] = '\0';
	return n;
}

/*
 * Asks for a path of the API. Returns 0 with the HTTP status, -EHOSTDOWN if no daemon answers, or
 * -EIO.
 */
static int get(const char *socket, const char *path, struct answer *ret, long *ret_status,
	       struct error *e)
{
	CLEANUP(cleanup_handle) CURL *handle = NULL;
	char url[512];
	CURLcode code;
	int r = load(e);

	if (r < 0)
		return r;
	handle = easy_init();
	if (!handle)
		return error_sys(e, -ENOMEM, "cannot ask Docker");
	snprintf(url, sizeof(url), "http://docker%s", path);
	easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket);
	easy_setopt(handle, CURLOPT_URL, url);
	easy_setopt(handle, CURLOPT_NOPROXY, "*");
	easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
	easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_data);
	easy_setopt(handle, CURLOPT_WRITEDATA, ret);
	code = easy_perform(handle);
	if (code == CURLE_COULDNT_CONNECT)
		return error_set(e, STATUS_FAILED, -EHOSTDOWN,
				 "Docker does not answer on %s: is dockerd running?", socket);
	if (code == CURLE_WRITE_ERROR)
		return error_set(e, STATUS_FAILED, -EIO, "Docker's answer is larger than 4 MiB");
	if (code != CURLE_OK)
		return error_set(e, STATUS_FAILED, -EIO, "cannot ask Docker on %s: %s", socket,
				 easy_strerror(code));
	easy_getinfo(handle, CURLINFO_RESPONSE_CODE, ret_status);
	return 0;
}

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
	CLEANUP(answer_release) struct answer other = { 0 };
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
	if (can_exist(mode) && get(socket, path, &other, &status, &ignored) == 0 && status == 200 &&
	    json_parse(other.text ? other.text : "", other.len, &json, &ignored) == 0)
		name = json_text(json, "Name");
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "it shares the network of '%.100s': attach that one",
			 name && *name == '/' ? name + 1 : mode);
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

/* Parses an answer as JSON. Returns 0 and a tree to be freed, or -errno. */
static int read_answer(const struct answer *answer, cJSON **ret, struct error *e)
{
	int r = json_parse(answer->text ? answer->text : "", answer->len, ret, e);

	if (r == 0)
		return 0;
	e->status = STATUS_FAILED;
	return error_prefix(e, r, "Docker's answer");
}

static int docker_find(const char *name, const struct runtime_options *o, struct instance *ret,
		       struct error *e)
{
	CLEANUP(answer_release) struct answer answer = { 0 };
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
	r = get(o->docker_socket, path, &answer, &status, e);
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
	CLEANUP(answer_release) struct answer answer = { 0 };
	long status = 0;
	int r = check_socket(socket, e);

	if (r == 0)
		r = get(socket, "/containers/json", &answer, &status, e);
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
	.find = docker_find,
	.each_running = docker_each_running,
};
