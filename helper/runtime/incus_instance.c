/* What Incus's API says of one instance, and whether it can be served. */
#include "runtime/incus_instance.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/incus_name.h"
#include "runtime/wish.h"

/* Of an instance that has no process (api/status_code.go) */
#define STOPPED 102
#define FAILED 112

#define KEY "user.v6hook."

/* One NIC of an instance. */
struct nic {
	const char *name; /* of the device */
	const json_t *device;
};

/* Parses an answer that is one of success. Returns 0 and the tree, and what is in it; or -errno. */
static int parse(const struct config_engine *engine, long status, struct engine_answer *answer,
		 json_t **ret, const json_t **ret_data, struct error *e)
{
	int r;

	if (status != 200)
		return error_set(e, STATUS_FAILED, -EIO, "%s answers with HTTP status %ld",
				 engine->title, status);
	r = engine_answer_parse(answer, ret, e);
	if (r < 0)
		return r;
	*ret_data = json_object_get(*ret, "metadata");
	return 0;
}

static int senseless(const struct config_engine *engine, struct error *e)
{
	return error_set(e, STATUS_FAILED, -EBADMSG, "cannot make sense of %s's answer",
			 engine->title);
}

static bool is_true(const char *text)
{
	static const char *const words[] = { "true", "1", "yes", "on" };

	for (size_t i = 0; text && i < ARRAY_SIZE(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* How it is connected, by its own words; "bridged" where a network of Incus's may be anything. */
static const char *kind_of(const json_t *device)
{
	const char *kind = json_text(device, "nictype");

	return kind ? kind : json_text(device, "network") ? "bridged" : "of no kind";
}

static bool is_named(const struct nic *n, const char *wanted)
{
	return wanted && (strcmp(n->name, wanted) == 0 ||
			  text_equal(json_text(n->device, "network"), wanted) ||
			  text_equal(json_text(n->device, "parent"), wanted));
}

/*
 * Finds the NIC that it is served on: the first on a bridge, or the one that is wanted. Returns how
 * many NICs there are. @ret: the first of all if there is none
 */
static size_t find_nic(json_t *devices, const char *wanted, struct nic *ret, bool *ret_fits)
{
	size_t count = 0;
	bool named = false;
	const char *name;
	json_t *device;

	*ret_fits = false;
	json_object_foreach (devices, name, device) {
		const struct nic nic = { name, device };
		bool fits = strcmp(kind_of(device), "bridged") == 0;

		if (!text_equal(json_text(device, "type"), "nic"))
			continue;
		if (count++ == 0 || (fits && !*ret_fits) ||
		    (fits && !named && is_named(&nic, wanted)))
			*ret = nic;
		*ret_fits |= fits;
		named |= fits && is_named(&nic, wanted);
	}
	return count;
}

/* Says why an instance without a NIC on a bridge is left alone. Returns -ENODEV. */
static int refuse_nic(size_t count, const struct nic *n, struct error *e)
{
	if (count == 0)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "it has no NIC: incus config device add INSTANCE eth0 nic "
				 "network=incusbr0");
	if (strcmp(kind_of(n->device), "routed") == 0)
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "its NIC '%.40s' is routed: Incus itself makes its addresses "
				 "reachable; one on a bridge is served here",
				 n->name);
	return error_set(e, STATUS_FAILED, -ENODEV,
			 "its NIC '%.40s' is %.20s, and not on a bridge of this host: add one that "
			 "is",
			 n->name, kind_of(n->device));
}

/* Takes what Incus gives by that NIC. Returns 0, or -ENODEV if it lets no other address through. */
static int take_nic(const struct nic *n, const json_t *config, size_t count, struct instance *ret,
		    struct error *e)
{
	const char *six = json_text(n->device, "ipv6.address");
	const char *four = json_text(n->device, "ipv4.address");
	const char *mac = json_text(n->device, "hwaddr");
	struct in6_addr given;
	struct in_addr given4;
	char key[300];
	int end = 0;

	if (is_true(json_text(n->device, "security.ipv6_filtering")) &&
	    (!six || inet_pton(AF_INET6, six, &given) != 1))
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "its NIC '%.40s' has security.ipv6_filtering and no ipv6.address: "
				 "Incus drops what it would send; name that address, or take the "
				 "filter off: v6hook guards its port",
				 n->name);
	if (six && inet_pton(AF_INET6, six, &given) == 1 && !IN6_IS_ADDR_V4MAPPED(&given))
		ret->given[ret->given_count++] = given;
	if (four && inet_pton(AF_INET, four, &given4) == 1)
		ret->given[ret->given_count++] = text_map(&given4);
	snprintf(key, sizeof(key), "volatile.%.250s.hwaddr", n->name);
	if (!mac)
		mac = json_text(config, key);
	/* one alone is found whatever MAC it has by now */
	ret->has_mac =
		count > 1 && mac &&
		sscanf(mac, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &ret->mac[0], &ret->mac[1],
		       &ret->mac[2], &ret->mac[3], &ret->mac[4], &ret->mac[5], &end) == 6 &&
		!mac[end];
	return 0;
}

/* Grants what its own keys ask for; of a profile's what keeps it off. */
static void grant(const json_t *config, const json_t *expanded, struct instance *ret)
{
	const char *enable = json_text(expanded, KEY "enable");
	const char *address = json_text(config, KEY "address");
	const char *expose = json_text(config, KEY "expose");
	const char *hostname = json_text(config, KEY "name");

	if (enable && wish_enable(KEY "enable", enable, ret) && json_text(config, KEY "enable"))
		ret->enable = WISH_YES;
	if (address)
		wish_address(address, ret);
	if (expose)
		wish_expose(KEY "expose", expose, ret);
	if (hostname)
		wish_hostname(KEY "name", hostname, ret);
}

/* Reads what is JSON already. Returns as incus_instance_read does. */
static int read_instance(const json_t *data, const struct config_engine *engine, const char *name,
			 struct instance *ret, struct error *e)
{
	const char *own = json_text(data, "name"), *project = json_text(data, "project");
	json_t *config = json_object_get(data, "config");
	json_t *expanded = json_object_get(data, "expanded_config");
	const char *id = json_text(config, "volatile.uuid");
	struct instance i = { .published.word = EXPOSE_NONE };
	char text[INCUS_NAME_MAX];
	struct nic nic = { NULL, NULL };
	int64_t code;
	size_t count;
	bool fits;
	int r;

	if (!own || incus_name(project, own, text) < 0 || !id || !incus_is_id(id) ||
	    !json_whole(json_object_get(data, "status_code"), 0, INT_MAX, &code))
		return senseless(engine, e);
	snprintf(i.ident.runtime, sizeof(i.ident.runtime), "%s", engine->name);
	snprintf(i.ident.name, sizeof(i.ident.name), "%s", text);
	snprintf(i.id, sizeof(i.id), "%s", id);
	ret->ident = i.ident;
	memcpy(ret->id, i.id, sizeof(ret->id));
	if (!text_equal(json_text(data, "type"), "container"))
		return error_set(e, STATUS_FAILED, -ENODEV,
				 "it is a virtual machine: v6hook serves containers alone, whose "
				 "network it can reach into");
	if (code == STOPPED || code == FAILED)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "%s instance '%s' is not running: incus start %s%s%s",
				 engine->title, name, own,
				 project && strchr(text, '_') ? " --project " : "",
				 project && strchr(text, '_') ? project : "");
	grant(config, expanded, &i);
	count = find_nic(json_object_get(data, "expanded_devices"),
			 json_text(config, KEY "network"), &nic, &fits);
	r = fits ? take_nic(&nic, config, count, &i, e) : refuse_nic(count, &nic, e);
	if (r < 0)
		return r;
	*ret = i;
	return 0;
}

int incus_instance_read(const struct config_engine *engine, const char *name, long status,
			struct engine_answer *answer, struct instance *ret, struct error *e)
{
	_json_ json_t *json = NULL;
	const json_t *data = NULL;
	int r;

	if (status == 404)
		return error_set(e, STATUS_NO_CONTAINER, -ENOENT, "no %s instance '%s'",
				 engine->title, name);
	r = parse(engine, status, answer, &json, &data, e);
	return r < 0 ? r : read_instance(data, engine, name, ret, e);
}

int incus_state_read(const struct config_engine *engine, long status, struct engine_answer *answer,
		     struct instance *ret, struct error *e)
{
	_json_ json_t *json = NULL;
	const json_t *data = NULL;
	int64_t pid;
	int r = 0;

	if (status != 404)
		r = parse(engine, status, answer, &json, &data, e);
	if (r < 0)
		return r;
	if (status != 404 && !json_whole(json_object_get(data, "pid"), INT_MIN, INT_MAX, &pid))
		return senseless(engine, e);
	/* it has ended since */
	if (status == 404 || pid <= 0)
		return error_set(e, STATUS_NO_CONTAINER, -ESRCH,
				 "%s instance '%s' is not running any more", engine->title,
				 ret->ident.name);
	ret->pid = (pid_t)pid;
	return 0;
}
