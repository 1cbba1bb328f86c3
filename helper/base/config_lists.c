/* The parts of the configuration that are lists: pools, containers, users, a command. */
#include "base/config_lists.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ident.h"
#include "base/text.h"

/* pools */

static int pool_name(const struct value *v, void *into)
{
	return value_string(v, &((struct config_pool *)into)->name);
}

static int pool_ranges(const struct value *v, void *into)
{
	return value_strings(v, &((struct config_pool *)into)->ranges);
}

static int pool_exclude(const struct value *v, void *into)
{
	return value_strings(v, &((struct config_pool *)into)->exclude);
}

static int pool_uplink(const struct value *v, void *into)
{
	if (json_is_string(v->json) && strlen(json_string_value(v->json)) > 15)
		return value_bad(v, "an interface name has at most 15 characters");
	return value_string(v, &((struct config_pool *)into)->uplink);
}

static int pool_upstream(const struct value *v, void *into)
{
	static const char *const words[] = { "on-link", "routed", NULL };
	int word = 0, r = value_word(v, words, &word);

	((struct config_pool *)into)->routed = word == 1;
	return r;
}

int config_read_pools(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "name", pool_name },	       { "ranges", pool_ranges },
		{ "exclude", pool_exclude },   { "uplink", pool_uplink },
		{ "upstream", pool_upstream }, { NULL, NULL },
	};
	struct config *c = into;
	size_t n = json_array_size(v->json), i;
	json_t *m;

	if (!json_is_array(v->json) || n == 0)
		return value_bad(
			v,
			"must list a pool with your provider's range (v6hook setup proposes one): "
			"[ { \"ranges\": [\"PREFIX/LEN\"] } ]");
	c->pools = calloc((size_t)n, sizeof(*c->pools));
	if (!c->pools)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	json_array_foreach (v->json, i, m) {
		struct config_pool *pool = &c->pools[c->pool_count];
		char where[64];
		struct value item = { m, where, v->e };
		int r;

		snprintf(where, sizeof(where), "%s[%zu]", v->where, c->pool_count++);
		r = value_object(&item, keys, pool);
		if (r < 0)
			return r;
		if (pool->ranges.count == 0)
			return value_bad(&item, "has no \"ranges\"");
		if (!pool->name && !(pool->name = strdup(n == 1 ? "default" : where)))
			return error_sys(v->e, -ENOMEM, "%s", where);
		for (const struct config_pool *other = c->pools; other < pool; other++)
			if (strcmp(other->name, pool->name) == 0)
				return value_bad(&item, "another pool has the name \"%s\"",
						 pool->name);
	}
	return 0;
}

/* containers */

static int container_address(const struct value *v, void *into)
{
	struct config_container *c = into;

	if (!json_is_string(v->json) ||
	    inet_pton(AF_INET6, json_string_value(v->json), &c->address) != 1)
		return value_bad(v, "must be an IPv6 address");
	c->has_address = true;
	return 0;
}

int config_read_exposed(const struct value *v, struct exposed *ret)
{
	struct exposed list = { .word = EXPOSE_LIST };
	const json_t *m;
	size_t i;

	if (json_is_string(v->json) && exposed_parse(json_string_value(v->json), &list) == 0 &&
	    list.word != EXPOSE_LIST) {
		*ret = list;
		return 0;
	}
	if (!json_is_array(v->json))
		return value_bad(v, "must be \"all\", \"none\", \"published\" or a list such as "
				    "[\"80/tcp\"]");
	list = (struct exposed){ .word = EXPOSE_LIST };
	json_array_foreach (v->json, i, m) {
		int r = json_is_string(m) ? exposed_add(&list, json_string_value(m)) : -EINVAL;

		if (r == -E2BIG)
			return value_bad(v, "must hold 256 ports at most, in 16 ranges: \"all\" "
					    "opens all");
		if (r < 0)
			return value_bad(v, "must hold ports such as \"80/tcp\", \"53/udp\" or "
					    "\"8000-8010/tcp\"");
	}
	*ret = list;
	return 0;
}

static int container_expose(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config_container *)into)->expose);
}

static int container_name(const struct value *v, void *into)
{
	return value_hostname(v, &((struct config_container *)into)->name);
}

/* Refuses what another container has already. Returns 0 or -EINVAL. */
static int check_container(const struct config *c, const struct config_container *item,
			   const struct value *v)
{
	for (const struct config_container *o = c->containers; o < item; o++) {
		if (item->has_address && o->has_address &&
		    memcmp(&o->address, &item->address, sizeof(o->address)) == 0)
			return value_bad(v, "has the address of %s too", o->ident);
		if (item->name && text_equal(item->name, o->name))
			return value_bad(v, "has the name of %s too", o->ident);
	}
	return 0;
}

int config_read_containers(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "address", container_address },
		{ "expose", container_expose },
		{ "name", container_name },
		{ NULL, NULL },
	};
	struct config *c = into;
	const char *name;
	json_t *m;

	if (!json_is_object(v->json))
		return value_bad(v, "must be an object { \"lxc:NAME\": { ... } }");
	c->containers = calloc(json_object_size(v->json) + 1, sizeof(*c->containers));
	if (!c->containers)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	json_object_foreach (v->json, name, m) {
		struct config_container *item = &c->containers[c->container_count];
		char where[320];
		struct value value = { m, where, v->e };
		char text[IDENT_TEXT_MAX];
		struct ident id;
		int r;

		snprintf(where, sizeof(where), "containers.%.280s", name);
		if (ident_from_key(name, &id) < 0)
			return value_bad(
				&value,
				"is no container: write \"lxc:NAME\", \"docker:NAME\", "
				"\"podman:NAME\", \"incus:NAME\", \"cni:NAME\", \"netns:NAME\" or "
				"\"USER/lxc:NAME\"");
		item->ident = strdup(ident_text(&id, text));
		if (!item->ident)
			return error_sys(v->e, -ENOMEM, "%s", where);
		c->container_count++;
		r = value_object(&value, keys, item);
		if (r == 0)
			r = check_container(c, item, &value);
		if (r < 0)
			return r;
	}
	return 0;
}

/* users */

static int user_addresses(const struct value *v, void *into)
{
	return value_number(v, USER_ADDRESSES_MAX, &((struct config_user *)into)->addresses);
}

static int user_bridges(const struct value *v, void *into)
{
	return value_strings(v, &((struct config_user *)into)->bridges);
}

int config_read_users(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "addresses", user_addresses },
		{ "bridges", user_bridges },
		{ NULL, NULL },
	};
	struct config *c = into;
	const char *name;
	json_t *m;

	if (!json_is_object(v->json))
		return value_bad(v, "must be an object { \"USER\": { ... } }");
	c->users = calloc(json_object_size(v->json) + 1, sizeof(*c->users));
	if (!c->users)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	json_object_foreach (v->json, name, m) {
		struct config_user *user = &c->users[c->user_count];
		char where[128];
		struct value value = { m, where, v->e };
		int r;

		snprintf(where, sizeof(where), "users.%.100s", name);
		user->name = strdup(name);
		if (!user->name)
			return error_sys(v->e, -ENOMEM, "%s", where);
		c->user_count++;
		r = value_object(&value, keys, user);
		if (r < 0)
			return r;
		if (!json_object_get(m, "addresses") || user->bridges.count == 0)
			return value_bad(&value, "must say how many \"addresses\" on which "
						 "\"bridges\"");
	}
	return 0;
}

/* the command */

static int command_user(const struct value *v, void *into)
{
	const char *name = json_string_value(v->json);

	if (text_equal(name, "root") || (name && *name && strspn(name, "0") == strlen(name)))
		return value_bad(v, "must be an ordinary user: what it runs needs no more");
	return value_string(v, &((struct config_command *)into)->user);
}

static int command_run(const struct value *v, void *into)
{
	struct config_command *c = into;
	int r = value_strings(v, &c->run);

	if (r == 0 && (!c->run.count || *c->run.list[0] != '/'))
		return value_bad(v, "must begin with a program's absolute path: "
				    "[\"/PROGRAM\", \"ARGUMENT\"...]");
	return r;
}

int config_read_on_change(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "user", command_user },
		{ "run", command_run },
		{ NULL, NULL },
	};
	struct config_command *c = &((struct config *)into)->on_change;
	int r = value_object(v, keys, c);

	if (r == 0 && (!c->user || !c->run.count))
		return value_bad(v, "must say what to \"run\" as which \"user\"");
	return r;
}
