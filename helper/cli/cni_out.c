/* What CNI is answered: results, versions and errors, each one JSON object. */
#include "cli/cni_out.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/text.h"

#define DEFAULT_ROUTE "::/0"

/* The short words for the codes. */
static const struct {
	enum cni_code code;
	const char *text;
} messages[] = {
	{ CNI_CODE_VERSION, "incompatible CNI version" },
	{ CNI_CODE_FIELD, "unsupported field in the network configuration" },
	{ CNI_CODE_NO_CONTAINER, "no such container" },
	{ CNI_CODE_ENVIRONMENT, "invalid environment variable" },
	{ CNI_CODE_IO, "I/O failure" },
	{ CNI_CODE_DECODE, "the network configuration cannot be decoded" },
	{ CNI_CODE_CONFIG, "invalid network configuration" },
	{ CNI_CODE_LATER, "try again later" },
	{ CNI_CODE_UNAVAILABLE, "no container can be attached now" },
	{ CNI_CODE_LIMITED, "no container can be attached now, and others may not be reached" },
	{ CNI_CODE_FAILED, "v6hook failed" },
	{ CNI_CODE_CHECK, "the attachment is not as it should be" },
};

/* One interface of the result; null without memory. @sandbox: the container's, or null */
static json_t *interface(const struct link *l, const char *sandbox, bool mtu)
{
	char mac[18];
	json_t *made;

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", l->mac[0], l->mac[1], l->mac[2],
		 l->mac[3], l->mac[4], l->mac[5]);
	made = json_pack("{s:s, s:s, s:s*}", "name", l->name, "mac", mac, "sandbox", sandbox);
	if (made && mtu && json_object_set_new(made, "mtu", json_integer(l->mtu)) < 0) {
		json_decref(made);
		return NULL;
	}
	return made;
}

/* The result of a veth of our making, without its address; null without memory. */
static json_t *own_result(const struct cni_call *call, const struct cni_conf *conf,
			  const struct cni_added *added)
{
	const bool mtu = cni_since(conf->version, "1.1.0");
	json_t *dns = json_object_get(conf->tree, "dns");

	return json_pack("{s:[o, o, o], s:O*}", "interfaces", interface(&added->bridge, NULL, mtu),
			 interface(&added->outer, NULL, mtu),
			 interface(&added->inner, call->netns, mtu), "dns", dns);
}

/* The list of that name in the result, made if it has none; null without memory. */
static json_t *list_of(json_t *result, const char *name)
{
	json_t *list = json_object_get(result, name);

	if (json_is_array(list))
		return list;
	list = json_array();
	return list && json_object_set_new(result, name, list) == 0 ? list : NULL;
}

/* The place of the container's interface in the result, or -1. */
static int place_of(const json_t *result, const char *ifname)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(result, "interfaces"), i, one) {
		const char *sandbox = json_text(one, "sandbox");

		if (sandbox && *sandbox && text_equal(json_text(one, "name"), ifname))
			return (int)i;
	}
	return -1;
}

/* Whether the result's ips have the address. */
static bool has_address(const json_t *ips, const struct in6_addr *address)
{
	const json_t *one;
	size_t i;

	json_array_foreach (ips, i, one) {
		const char *there = json_text(one, "address");
		char buffer[INET6_ADDRSTRLEN];
		struct in6_addr said;

		if (!there)
			continue;
		snprintf(buffer, sizeof(buffer), "%.*s", (int)strcspn(there, "/"), there);
		if (inet_pton(AF_INET6, buffer, &said) == 1 && IN6_ARE_ADDR_EQUAL(&said, address))
			return true;
	}
	return false;
}

/* Whether the result's routes have the one that leads out by the gateway. */
static bool has_route(const json_t *routes, const char *gateway)
{
	const json_t *one;
	size_t i;

	json_array_foreach (routes, i, one)
		if (text_equal(json_text(one, "dst"), DEFAULT_ROUTE) &&
		    text_equal(json_text(one, "gw"), gateway))
			return true;
	return false;
}

/* Adds the address and the way out, unless a plugin before has told of them. Returns 0 or -1. */
static int put_address(json_t *result, const struct cni_call *call, const struct cni_conf *conf,
		       const struct in6_addr *address, const char *gateway)
{
	char text[INET6_ADDRSTRLEN + 4];
	json_t *ips = list_of(result, "ips"), *routes = list_of(result, "routes"), *one;
	int place = place_of(result, call->ifname);

	if (!ips || !routes)
		return -1;
	text_address(address, text);
	strcat(text, "/128");
	if (!has_address(ips, address)) {
		one = json_pack("{s:s, s:s}", "address", text, "gateway", gateway);
		if (!one || json_array_append_new(ips, one) < 0 ||
		    (place >= 0 &&
		     json_object_set_new(one, "interface", json_integer(place)) < 0) ||
		    (!cni_since(conf->version, "1.0.0") &&
		     json_object_set_new(one, "version", json_string("6")) < 0))
			return -1;
	}
	if (has_route(routes, gateway))
		return 0;
	one = json_pack("{s:s, s:s}", "dst", DEFAULT_ROUTE, "gw", gateway);
	return one ? json_array_append_new(routes, one) : -1;
}

int cni_out_added(const struct cni_call *call, const struct cni_conf *conf,
		  const struct cni_added *added, const struct in6_addr *gateway, json_t **ret,
		  struct error *e)
{
	_json_ json_t *result =
		conf->previous ? json_incref(conf->previous) : own_result(call, conf, added);
	char text[INET6_ADDRSTRLEN];

	if (!result || json_object_set_new(result, "cniVersion", json_string(conf->version)) < 0 ||
	    put_address(result, call, conf, &added->listing.address, text_address(gateway, text)) <
		    0)
		return error_sys(e, -ENOMEM, "cannot make the result");
	*ret = steal_ptr(&result);
	return 0;
}

int cni_out_versions(const char *version, json_t **ret, struct error *e)
{
	_json_ json_t *made = json_pack("{s:s, s:[]}", "cniVersion", version, "supportedVersions");
	json_t *list = json_object_get(made, "supportedVersions");

	for (size_t i = 0; cni_versions[i]; i++)
		if (json_array_append_new(list, json_string(cni_versions[i])) < 0)
			return error_sys(e, -ENOMEM, "cannot make the result");
	*ret = steal_ptr(&made);
	return 0;
}

json_t *cni_out_error(const char *version, enum cni_code code, const char *text)
{
	json_t *made = json_pack("{s:s, s:i}", "cniVersion", version, "code", (int)code);
	char shown[4 * ERROR_TEXT_MAX + 1];
	const char *message = "";

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].code == code)
			message = messages[i].text;
	json_put_text(&made, "msg", message);
	/* on one line, as the engine prints it for people */
	json_put_text(&made, "details", text_escape(text, shown, sizeof(shown)));
	return made;
}

int cni_out_print(json_t *made, FILE *out)
{
	_json_ json_t *json = made;

	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, out, JSON_LINES) < 0 || fputc('\n', out) == EOF || fflush(out) != 0)
		return -EIO;
	return 0;
}
