/* What Docker's API says of one container, and whether that container can be served. */
#include "runtime/docker_container.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/note.h"
#include "base/text.h"
#include "engine/docker_place.h"
#include "runtime/wish.h"

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

static const char *const wish_labels[DOCKER_WISHES] = {
	[DOCKER_ENABLE] = "v6hook.enable",     [DOCKER_ADDRESS] = "v6hook.address",
	[DOCKER_NETWORK] = "v6hook.network",   [DOCKER_EXPOSE] = "v6hook.expose",
	[DOCKER_HOSTNAME] = "v6hook.name",     [DOCKER_TASK] = DOCKER_LABEL_TASK,
	[DOCKER_NUMBER] = DOCKER_LABEL_NUMBER,
};

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
	if (strlen(mode + 10) < ENGINE_ID_MAX && docker_can_exist(mode + 10))
		strcpy(ret_shares, mode + 10);
	return docker_container_shared(mode + 10, NULL, e);
}

/*
 * Whether the one who ran it has switched IPv6 off (--sysctl). What Docker itself switches off on
 * networks without IPv6 it writes into the namespace, and nowhere else: HostConfig holds what was
 * asked for. Of one interface it is with the network (Docker 27.1, API 1.46).
 */
static bool wants_no_ipv6(const json_t *container)
{
	static const char *const which[] = { "all", "default", "eth0" };
	const json_t *sysctls =
		json_object_get(json_object_get(container, "HostConfig"), "Sysctls");
	json_t *networks =
		json_object_get(json_object_get(container, "NetworkSettings"), "Networks");
	const char *name;
	char key[64];
	json_t *n;

	for (size_t i = 0; i < ARRAY_SIZE(which); i++) {
		snprintf(key, sizeof(key), "net.ipv6.conf.%s.disable_ipv6", which[i]);
		if (text_equal(json_text(sysctls, key), "1"))
			return true;
	}
	json_object_foreach (networks, name, n) {
		const char *text = json_text(json_object_get(n, "DriverOpts"),
					     "com.docker.network.endpoint.sysctls");

		if (text && strcasestr(text, "net.ipv6.conf.ifname.disable_ipv6=1"))
			return true;
	}
	return false;
}

/* Keeps what labels wish for. Only what keeps a container off is granted whoever says it. */
static void read_labels(const json_t *container, struct docker_container *ret)
{
	const json_t *labels = json_object_get(json_object_get(container, "Config"), "Labels");
	const json_t *descriptor = json_object_get(container, "ImageManifestDescriptor");
	const char *image = json_text(container, "Image"), *architecture;
	struct docker_wish *enable = &ret->wishes[DOCKER_ENABLE];

	docker_place_read(labels, ret->place);
	for (size_t i = 0; i < DOCKER_WISHES; i++) {
		const char *text = json_text(labels, wish_labels[i]);

		/* of a place the one label that makes it */
		if (i >= DOCKER_TASK &&
		    strncmp(ret->place, i == DOCKER_TASK ? "swarm:" : "compose:", 6) != 0)
			text = NULL;
		ret->wishes[i].there = text;
		snprintf(ret->wishes[i].text, sizeof(ret->wishes[i].text), "%s", text ? text : "");
	}
	if (enable->there)
		enable->there =
			wish_enable(wish_labels[DOCKER_ENABLE], enable->text, &ret->instance);
	for (size_t i = 0; i < DOCKER_WISHES; i++)
		ret->wishes_any |= ret->wishes[i].there;
	snprintf(ret->image, sizeof(ret->image), "%s",
		 image && docker_is_image(image) ? image : "unknown");
	/* of several in one image, the one that it runs: Docker 28 (API 1.48) */
	architecture = json_text(json_object_get(descriptor, "platform"), "architecture");
	snprintf(ret->architecture, sizeof(ret->architecture), "%s",
		 architecture ? architecture : "");
}

int docker_container_shared(const char *owner, struct engine_answer *answer, struct error *e)
{
	_json_ json_t *json = NULL;
	const char *name = NULL;
	struct error ignored;

	if (answer && engine_answer_parse(answer, &json, &ignored) == 0)
		name = json_text(json, "Name");
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "it shares the network of '%.100s': attach that one",
			 name && *name == '/' ? name + 1 : owner);
}

/* Grants one wish. */
static void grant(struct docker_container *c, enum docker_wish_kind kind)
{
	struct instance *i = &c->instance;
	const char *text = c->wishes[kind].text;

	switch (kind) {
	case DOCKER_ENABLE:
		i->enable = WISH_YES;
		return;
	case DOCKER_ADDRESS:
		wish_address(text, i);
		return;
	case DOCKER_EXPOSE:
		wish_expose(wish_labels[kind], text, i);
		return;
	case DOCKER_HOSTNAME:
		wish_hostname(wish_labels[kind], text, i);
		return;
	case DOCKER_TASK:
	case DOCKER_NUMBER:
		memcpy(i->place, c->place, sizeof(i->place));
		return;
	default:
		if (!docker_networks_name(&c->networks, text))
			note(NOTE_WARNING,
			     "%s:%s: label v6hook.network names none of its networks: "
			     "it counts for nothing",
			     i->ident.runtime, i->ident.name);
	}
}

/* Whether the answer is about what the container runs, whose labels may be others' else. */
static bool is_its_image(const struct docker_container *c, const json_t *image)
{
	const char *architecture = json_text(image, "Architecture");

	return !*c->architecture || (architecture && strcmp(architecture, c->architecture) == 0);
}

void docker_container_grant(struct docker_container *c, int r, long status,
			    struct engine_answer *answer)
{
	_json_ json_t *image = NULL;
	const json_t *labels;
	struct error ignored;

	c->wishes_any = false;
	if (r < 0 || status != 200 || engine_answer_parse(answer, &image, &ignored) < 0 ||
	    !is_its_image(c, image)) {
		note(NOTE_WARNING,
		     "%s:%s: its labels count for nothing, as the engine does not say what those "
		     "of "
		     "its image are: create it anew, from an image that is there",
		     c->instance.ident.runtime, c->instance.ident.name);
		return;
	}
	labels = json_object_get(json_object_get(image, "Config"), "Labels");
	for (int i = 0; i < DOCKER_WISHES; i++) {
		struct docker_wish *wish = &c->wishes[i];
		const char *own = json_text(labels, wish_labels[i]);

		if (wish->there && own && strncmp(own, wish->text, sizeof(wish->text) - 1) == 0)
			note(NOTE_WARNING,
			     "%s:%s: label %s is its image's, not that of who ran it: it does not "
			     "count",
			     c->instance.ident.runtime, c->instance.ident.name, wish_labels[i]);
		else if (wish->there)
			grant(c, i);
	}
}

/* Whether the host alone is reached by that address of its. */
static bool is_loopback(const char *text)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1)
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	return inet_pton(AF_INET6, text, &six) == 1 &&
	       (IN6_IS_ADDR_LOOPBACK(&six) ||
		(IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == IN_LOOPBACKNET));
}

/* Adds the ports that are published: "80/tcp": [ { "HostIp": "", "HostPort": "8080" } ]. */
static void read_ports(json_t *ports, struct exposed *ret, bool *ret_more)
{
	const char *port, *at;
	json_t *places, *one;
	size_t i;

	json_object_foreach (ports, port, places) {
		bool open = false;

		/* what the host alone reaches is not meant for others */
		json_array_foreach (places, i, one) {
			at = json_text(one, "HostIp");
			open |= !at || !is_loopback(at);
		}
		if (open && exposed_add(ret, port) == -E2BIG)
			*ret_more = true;
	}
}

/* Reads which ports are published, by -p and by -P. */
static void read_published(const json_t *container, struct instance *ret)
{
	struct exposed list = { .word = EXPOSE_LIST };
	bool more = false;

	read_ports(json_object_get(json_object_get(container, "HostConfig"), "PortBindings"), &list,
		   &more);
	read_ports(json_object_get(json_object_get(container, "NetworkSettings"), "Ports"), &list,
		   &more);
	if (more)
		note(NOTE_WARNING,
		     "%s:%s: it publishes more than 256 ports or 16 ranges: the rest stays closed",
		     ret->ident.runtime, ret->ident.name);
	ret->published = list.count ? list : (struct exposed){ .word = EXPOSE_NONE };
}

int docker_container_inspect(const json_t *json, const struct config_engine *engine,
			     const char *name, struct docker_container *ret, struct error *e)
{
	const json_t *state = json_object_get(json, "State");
	const char *id = json_text(json, "Id"), *own = json_text(json, "Name");
	struct docker_container c = { .started_ns = 0 };
	int64_t pid;
	int r;

	if (!id || !own || own[0] != '/' || !docker_can_exist(own + 1) ||
	    strlen(id) >= sizeof(c.instance.id) || strlen(own) > IDENT_NAME_MAX ||
	    !json_whole(json_object_get(state, "Pid"), 0, INT_MAX, &pid))
		return error_set(e, STATUS_FAILED, -EBADMSG, "cannot make sense of %s's answer",
				 engine->title);
	snprintf(c.instance.ident.runtime, sizeof(c.instance.ident.runtime), "%s", engine->name);
	snprintf(c.instance.ident.name, sizeof(c.instance.ident.name), "%s", own + 1);
	ret->instance.ident = c.instance.ident;
	if (!json_is_true(json_object_get(state, "Running")) || pid == 0)
		r = error_set(e, STATUS_NO_CONTAINER, -ESRCH,
			      "%s container '%s' is not running: %s start %s", engine->title, name,
			      engine->name, name);
	else
		r = check_network(json_text(json_object_get(json, "HostConfig"), "NetworkMode"),
				  c.shares, e);
	strcpy(ret->shares, c.shares);
	if (r < 0)
		return r;
	c.instance.pid = (pid_t)pid;
	c.started_ns = docker_time(json_text(state, "StartedAt"));
	read_labels(json, &c);
	docker_networks_read(json, &c.networks);
	read_published(json, &c.instance);
	c.no_ipv6 = wants_no_ipv6(json);
	snprintf(c.instance.id, sizeof(c.instance.id), "%s", id);
	*ret = c;
	return 0;
}

int docker_container_read(const struct config_engine *engine, const char *name, long status,
			  struct engine_answer *answer, struct docker_container *ret,
			  struct error *e)
{
	_json_ json_t *json = NULL;
	int r;

	if (status == 404)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no %s container '%s'",
				 engine->title, name);
	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "%s answers with HTTP status %ld",
				 engine->title, status);
	r = engine_answer_parse(answer, &json, e);
	return r < 0 ? r : docker_container_inspect(json, engine, name, ret, e);
}

int docker_container_complete(struct docker_container *c, bool by_hand, engine_getter get,
			      void *arg, struct error *e)
{
	const char *network;

	if (c->wishes_any) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
		long status = 0;
		int r = get(DOCKER_IMAGE, c->image, &answer, &status, arg);

		docker_container_grant(c, r, status, &answer);
	}
	while ((network = docker_container_ask(c))) {
		CLEANUP(engine_answer_release) struct engine_answer answer = { 0 };
		long status = 0;
		int r = get(DOCKER_SUBNET, network, &answer, &status, arg);

		docker_container_answer(c, r, status, &answer);
	}
	return docker_container_settle(c, by_hand, e);
}

const char *docker_container_ask(const struct docker_container *c)
{
	return docker_networks_ask(&c->networks, c->instance.enable == WISH_YES);
}

void docker_container_answer(struct docker_container *c, int r, long status,
			     struct engine_answer *answer)
{
	docker_networks_answer(&c->networks, c->instance.enable == WISH_YES, r, status, answer);
}

int docker_container_settle(struct docker_container *c, bool by_hand, struct error *e)
{
	const bool wanted = c->instance.enable == WISH_YES;

	if (c->no_ipv6 && !wanted && !by_hand)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "it was run with --sysctl ...disable_ipv6=1: add the label "
				 "v6hook.enable=true if it is to have an address all the same");
	return docker_networks_choose(&c->networks, wanted, &c->instance, e);
}
