/* What a CNI engine adds to a plugin's configuration: for this container, or of all of them. */
#include "runtime/cni_given.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* One of runtimeConfig's portMappings. Returns 0 or -EINVAL. */
static int read_mapping(const struct value *v, const json_t *mapping, struct cni_conf *c)
{
	const char *protocol = json_text(mapping, "protocol");
	char text[32];
	int64_t port;

	if (!json_whole(json_object_get(mapping, "containerPort"), 1, 65535, &port) ||
	    (json_object_get(mapping, "protocol") && !protocol))
		return value_bad(v, "must be a list of { \"containerPort\": PORT, \"protocol\": "
				    "\"tcp\" }");
	snprintf(text, sizeof(text), "%d/%s", (int)port,
		 protocol && strcasecmp(protocol, "udp") == 0 ? "udp" : "tcp");
	/* others have no ports that are kept closed here */
	if (protocol && strcasecmp(protocol, "udp") != 0 && strcasecmp(protocol, "tcp") != 0)
		return 0;
	if (exposed_add(&c->published, text) == -E2BIG)
		return value_bad(v, "holds more than 256 ports, or 16 ranges of them");
	return 0;
}

static int read_mappings(const struct value *v, struct cni_conf *c)
{
	const json_t *one;
	size_t i;
	int r = 0;

	if (json_is_null(v->json))
		return 0;
	if (!json_is_array(v->json))
		return value_bad(v, "must be a list");
	json_array_foreach (v->json, i, one)
		if (r == 0)
			r = read_mapping(v, one, c);
	return r;
}

/* Reads ADDRESS or ADDRESS/LENGTH, of either family. Returns whether it is one. */
static bool read_address(const char *text, struct in6_addr *ret)
{
	char address[INET6_ADDRSTRLEN];
	struct in_addr ipv4;
	size_t n = text ? strcspn(text, "/") : 0;

	if (n == 0 || n >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", (int)n, text);
	if (inet_pton(AF_INET6, address, ret) == 1)
		return true;
	if (inet_pton(AF_INET, address, &ipv4) != 1)
		return false;
	*ret = text_map(&ipv4);
	return true;
}

/* The addresses that the one who runs it asks for: of ours there is one. */
static int read_ips(const struct value *v, struct cni_conf *c)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(v->json) && !json_is_null(v->json))
		return value_bad(v, "must be a list");
	json_array_foreach (v->json, i, one) {
		struct in6_addr address;

		if (!read_address(json_string_value(one), &address))
			return value_bad(v, "must hold addresses");
		if (!c->has_address && !IN6_IS_ADDR_V4MAPPED(&address)) {
			c->has_address = true;
			c->address = address;
		}
	}
	return 0;
}

int cni_read_runtime(const struct value *v, struct cni_conf *c)
{
	static const struct cni_member table[] = {
		{ "portMappings", read_mappings },
		{ "ips", read_ips },
		{ NULL, NULL },
	};

	if (json_is_null(v->json))
		return 0;
	if (!json_is_object(v->json))
		return value_bad(v, "must be an object");
	return cni_read_members(v->json, "runtimeConfig.", table, true, c, v->e);
}

/* What the plugins before this one have given the container. */
int cni_read_previous(const struct value *v, struct cni_conf *c)
{
	const json_t *ips = json_object_get(v->json, "ips"), *one;
	size_t i;

	if (!c->consults || json_is_null(v->json))
		return 0;
	if (!json_is_object(v->json) || (ips && !json_is_array(ips) && !json_is_null(ips)))
		return value_bad(v, "must be a result");
	json_array_foreach (ips, i, one) {
		struct in6_addr address;

		if (!read_address(json_text(one, "address"), &address))
			return value_bad(v, "must hold addresses in \"ips\"");
		if (c->given_count < INSTANCE_GIVEN_MAX)
			c->given[c->given_count++] = address;
	}
	c->previous = v->json;
	return 0;
}

/* The attachments that GC is to leave; an empty list is null where Go has written it. */
int cni_read_valid(const struct value *v, struct cni_conf *c)
{
	const json_t *one;
	size_t i;

	/* its name in the text of 1.1.0, and the one that its makers meant: one may be null */
	if (c->valid_count)
		return 0;
	if (!json_is_array(v->json) && !json_is_null(v->json))
		return value_bad(v, "must be a list");
	free(c->valid);
	c->valid = calloc(json_array_size(v->json) + 1, sizeof(*c->valid));
	if (!c->valid)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	json_array_foreach (v->json, i, one) {
		struct cni_valid *valid = &c->valid[c->valid_count];

		valid->container = json_text(one, "containerID");
		valid->ifname = json_text(one, "ifname");
		/* half a list would take away what works */
		if (!valid->container || !valid->ifname)
			return value_bad(v, "must hold { \"containerID\": ID, \"ifname\": NAME }");
		cni_short(valid->container, valid->instance, sizeof(valid->instance));
		c->valid_count++;
	}
	c->has_valid = true;
	return 0;
}
