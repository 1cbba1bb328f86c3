/*
 * Which of its networks a container is served on: the first that is not internal.
 *
 * Theory of operation: an inspect of a container names its networks, but not which are internal
 * (docker network create --internal), so that each is asked for until one is not. What is internal
 * has no way out: a container that has no other network is left alone, unless the one who ran it
 * says otherwise. Where the engine does not say, nothing is made public.
 */
#include "runtime/docker_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool read_mac(const char *text, unsigned char ret[6])
{
	return text && sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &ret[0], &ret[1],
			      &ret[2], &ret[3], &ret[4], &ret[5]) == 6;
}

/* Reads one. */
static struct docker_network read_one(const char *name, const json_t *json)
{
	struct docker_network n = { .kind = NETWORK_UNASKED };
	const char *id = json_text(json, "NetworkID"),
		   *given = json_text(json, "GlobalIPv6Address"),
		   *given4 = json_text(json, "IPAddress");
	struct in_addr address4;
	char path[ENGINE_PATH_MAX];

	snprintf(n.name, sizeof(n.name), "%s", name);
	if (!id || (size_t)snprintf(n.id, sizeof(n.id), "%s", id) >= sizeof(n.id) ||
	    engine_path(DOCKER_SUBNET, n.id, path) < 0)
		n.kind = NETWORK_UNKNOWN;
	/* Docker's own, which nobody can make internal */
	else if (docker_is_id(n.id) && strcmp(n.name, "bridge") == 0)
		n.kind = NETWORK_OPEN;
	json_whole(json_object_get(json, "GwPriority"), INT32_MIN, INT32_MAX, &n.priority);
	n.has_mac = read_mac(json_text(json, "MacAddress"), n.mac);
	n.has_given = given && inet_pton(AF_INET6, given, &n.given) == 1;
	n.has_given4 = given4 && inet_pton(AF_INET, given4, &address4) == 1;
	if (n.has_given4)
		n.given4 = text_map(&address4);
	return n;
}

static bool is_before(const struct docker_network *a, const struct docker_network *b)
{
	return a->has_given != b->has_given ? a->has_given : a->priority > b->priority;
}

/* Puts one where it belongs among those that are sorted. */
static void insert(struct docker_networks *to, struct docker_network n)
{
	size_t i = to->count++;

	for (; i && is_before(&n, &to->list[i - 1]); i--)
		to->list[i] = to->list[i - 1];
	to->list[i] = n;
}

void docker_networks_read(const json_t *container, struct docker_networks *ret)
{
	json_t *all = json_object_get(json_object_get(container, "NetworkSettings"), "Networks");
	const char *name;
	json_t *json;

	*ret = (struct docker_networks){ .count = 0 };
	json_object_foreach (all, name, json) {
		if (ret->count == DOCKER_NETWORKS_MOST)
			break;
		insert(ret, read_one(name, json));
	}
}

/* The first of which nothing has been told. */
static struct docker_network *first_untold(const struct docker_networks *n)
{
	for (size_t i = 0; i < n->count; i++)
		if (!n->list[i].told)
			return (struct docker_network *)&n->list[i];
	return NULL;
}

const char *docker_networks_untold(const struct docker_networks *n)
{
	const struct docker_network *next = first_untold(n);

	return !next ? NULL : *next->id ? next->id : next->name;
}

/* Reads an address with the length of its prefix, or without. */
static bool read_address(int family, const char *text, void *ret)
{
	char address[INET6_ADDRSTRLEN];

	return text &&
	       (size_t)snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"), text) <
		       sizeof(address) &&
	       inet_pton(family, address, ret) == 1;
}

void docker_networks_told(struct docker_networks *n, const char *id, int r, long status,
			  struct engine_answer *answer)
{
	struct docker_network *network = first_untold(n);
	const json_t *internal, *end;
	_json_ json_t *json = NULL;
	struct error ignored;
	struct in_addr address4;
	size_t count;

	network->told = true;
	network->kind = NETWORK_UNKNOWN;
	if (r == 0 && status == 200 && engine_answer_parse(answer, &json, &ignored) == 0) {
		internal = json_object_get(json, "Internal");
		end = json_object_get(json_object_get(json, "Containers"), id);
		if (json_is_boolean(internal))
			network->kind = json_is_true(internal) ? NETWORK_INTERNAL : NETWORK_OPEN;
		network->has_mac = read_mac(json_text(end, "MacAddress"), network->mac);
		network->has_given =
			read_address(AF_INET6, json_text(end, "IPv6Address"), &network->given);
		network->has_given4 =
			read_address(AF_INET, json_text(end, "IPv4Address"), &address4);
		if (network->has_given4)
			network->given4 = text_map(&address4);
	}
	if (first_untold(n))
		return;
	/* by the addresses, which were not known */
	count = n->count;
	n->count = 0;
	while (n->count < count)
		insert(n, n->list[n->count]);
}

bool docker_networks_name(struct docker_networks *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->list[i].name, name) == 0) {
			const struct docker_network first = n->list[i];

			memmove(&n->list[1], &n->list[0], i * sizeof(n->list[0]));
			n->list[0] = first;
			n->is_named = true;
			return true;
		}
	return false;
}

/* How many there are to choose from. */
static size_t choices(const struct docker_networks *n)
{
	return n->is_named ? 1 : n->count;
}

/* Which is to be asked for next; or DOCKER_NETWORKS_MOST. */
static size_t next(const struct docker_networks *n, bool wanted)
{
	/* whatever it is */
	if (wanted && choices(n) == 1)
		return DOCKER_NETWORKS_MOST;
	for (size_t i = 0; i < choices(n) && n->list[i].kind != NETWORK_OPEN; i++)
		if (n->list[i].kind == NETWORK_UNASKED)
			return i;
	return DOCKER_NETWORKS_MOST;
}

const char *docker_networks_ask(const struct docker_networks *n, bool wanted)
{
	const size_t i = next(n, wanted);

	return i < DOCKER_NETWORKS_MOST ? n->list[i].id : NULL;
}

void docker_networks_answer(struct docker_networks *n, bool wanted, int r, long status,
			    struct engine_answer *answer)
{
	const size_t i = next(n, wanted);
	struct docker_network *network;
	const json_t *found, *internal;
	_json_ json_t *json = NULL;
	struct error ignored;

	if (i == DOCKER_NETWORKS_MOST)
		return;
	network = &n->list[i];
	network->kind = NETWORK_UNKNOWN;
	if (r < 0 || status != 200 || engine_answer_parse(answer, &json, &ignored) < 0)
		return;
	found = json;
	/* Docker's is a list, of what begins with the ID */
	for (size_t k = 0; json_is_array(json) && k < json_array_size(json); k++)
		if (text_equal(json_text(json_array_get(json, k), "Id"), network->id))
			found = json_array_get(json, k);
	internal = json_object_get(found, "Internal");
	if (!internal)
		internal = json_object_get(found, "internal");
	if (json_is_boolean(internal))
		network->kind = json_is_true(internal) ? NETWORK_INTERNAL : NETWORK_OPEN;
}

/* Says why the container is left alone. Returns -errno. */
static int refuse(const struct docker_networks *n, struct error *e)
{
	for (size_t i = 0; i < choices(n); i++)
		if (n->list[i].kind != NETWORK_INTERNAL)
			return error_set(e, STATUS_FAILED, -EIO,
					 "the engine does not say whether its network '%.60s' is "
					 "internal",
					 n->list[i].name);
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "its network '%.60s' is internal: run it with the label "
			 "v6hook.enable=true, or connect it to another",
			 n->list[0].name);
}

int docker_networks_choose(const struct docker_networks *n, bool wanted, struct instance *ret,
			   struct error *e)
{
	const struct docker_network *chosen = NULL;

	for (size_t i = 0; !chosen && i < choices(n); i++)
		if (n->list[i].kind == NETWORK_OPEN)
			chosen = &n->list[i];
	/* one without a network has no port: that is told by who looks for it */
	if (n->count == 0)
		return 0;
	if (!chosen && !wanted)
		return refuse(n, e);
	if (!chosen)
		chosen = &n->list[0];
	ret->has_mac = n->count > 1 && chosen->has_mac;
	memcpy(ret->mac, chosen->mac, sizeof(ret->mac));
	ret->given_count = 0;
	if (chosen->has_given)
		ret->given[ret->given_count++] = chosen->given;
	if (chosen->has_given4)
		ret->given[ret->given_count++] = chosen->given4;
	return 0;
}
