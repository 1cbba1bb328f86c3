/*
 * The configuration file, read strictly.
 *
 * Theory of operation: each object of the file has a table of its keys; value_object walks the
 * members and looks every one up, so that an unknown key is an error by construction and an
 * error names the way to its key ("pools[0].ranges[1]"). A handler checks one value and stores it.
 */
#include "base/config_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config_lists.h"
#include "base/config_store.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#define MS_MAX 60000
#define HOLD_MAX (30 * 24 * 3600)

/* expose, and the engines */

static int expose_lxc(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config *)into)->expose_lxc);
}

static int expose_docker(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config *)into)->engines[ENGINE_DOCKER].expose);
}

static int expose_podman(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config *)into)->engines[ENGINE_PODMAN].expose);
}

static int expose_cni(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config *)into)->expose_cni);
}

static int expose_incus(const struct value *v, void *into)
{
	return config_read_exposed(v, &((struct config *)into)->engines[ENGINE_INCUS].expose);
}

static int read_exposes(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "lxc", expose_lxc },
		{ "docker", expose_docker },
		{ "podman", expose_podman },
		{ "cni", expose_cni },
		{ "incus", expose_incus },
		{ NULL, NULL },
	};

	return value_object(v, keys, into);
}

static int lxc_required(const struct value *v, void *into)
{
	bool required; /* acted on by config_requires_lxc, for which all else may be wrong */

	(void)into;
	return value_bool(v, &required);
}

static int read_lxc(const struct value *v, void *into)
{
	static const struct key keys[] = {
		{ "required", lxc_required },
		{ NULL, NULL },
	};

	return value_object(v, keys, into);
}

static int engine_attach(const struct value *v, void *into)
{
	static const char *const words[] = { "all", "labelled", NULL };
	int word = 0, r = value_word(v, words, &word);

	((struct config_engine *)into)->labelled = word == 1;
	return r;
}

static int engine_socket(const struct value *v, void *into)
{
	return value_path(v, &((struct config_engine *)into)->socket);
}

static int read_engine(const struct value *v, struct config_engine *into)
{
	static const struct key keys[] = {
		{ "attach", engine_attach },
		{ "socket", engine_socket },
		{ NULL, NULL },
	};

	into->named = true;
	return value_object(v, keys, into);
}

static int read_docker(const struct value *v, void *into)
{
	return read_engine(v, &((struct config *)into)->engines[ENGINE_DOCKER]);
}

/* Who does not name it does without. @socket: where it has its own */
static int read_optional(const struct value *v, struct config_engine *engine, const char *socket)
{
	engine->socket = strdup(socket);
	return engine->socket ? read_engine(v, engine) : error_sys(v->e, -ENOMEM, "%s", v->where);
}

static int read_podman(const struct value *v, void *into)
{
	return read_optional(v, &((struct config *)into)->engines[ENGINE_PODMAN],
			     CONFIG_PODMAN_SOCKET);
}

static int read_incus(const struct value *v, void *into)
{
	return read_optional(v, &((struct config *)into)->engines[ENGINE_INCUS],
			     CONFIG_INCUS_SOCKET);
}

/* the rest of the top level */

static int read_socket(const struct value *v, void *into)
{
	return value_path(v, &((struct config *)into)->socket);
}

static int read_gateway(const struct value *v, void *into)
{
	struct in6_addr gateway;

	if (!json_is_string(v->json) ||
	    inet_pton(AF_INET6, json_string_value(v->json), &gateway) != 1 ||
	    !IN6_IS_ADDR_LINKLOCAL(&gateway))
		return value_bad(v, "must be a link-local IPv6 address such as \"fe80::1\"");
	((struct config *)into)->gateway = gateway;
	return 0;
}

static int read_probe_ms(const struct value *v, void *into)
{
	return value_number(v, MS_MAX, &((struct config *)into)->probe_ms);
}

static int read_hold_s(const struct value *v, void *into)
{
	return value_number(v, HOLD_MAX, &((struct config *)into)->hold_s);
}

static int read_announce_s(const struct value *v, void *into)
{
	return value_number(v, 86400, &((struct config *)into)->announce_s);
}

static int read_announce_from(const struct value *v, void *into)
{
	static const char *const words[] = { "global", "link-local", NULL };
	int word = 0, r = value_word(v, words, &word);

	((struct config *)into)->announce_link_local = word == 1;
	return r;
}

static int read_guard(const struct value *v, void *into)
{
	struct config *c = into;

	if (json_is_boolean(v->json))
		c->guard = json_is_true(v->json) ? CONFIG_GUARD_ON : CONFIG_GUARD_OFF;
	else if (text_equal(json_string_value(v->json), "best-effort"))
		c->guard = CONFIG_GUARD_BEST_EFFORT;
	else
		return value_bad(v, "must be true, false or \"best-effort\"");
	return 0;
}

static int read_open_firewall(const struct value *v, void *into)
{
	struct config *c = into;

	if (json_is_boolean(v->json))
		c->open_firewall = json_is_true(v->json) ? CONFIG_OPEN_ALL : CONFIG_OPEN_NONE;
	else if (text_equal(json_string_value(v->json), "docker"))
		c->open_firewall = CONFIG_OPEN_DOCKER;
	else
		return value_bad(v, "must be true, false or \"docker\"");
	return 0;
}

/* A file that is made anew: what another keeps must not be named. */
static int read_made(const struct value *v, char **ret)
{
	const char *path = json_string_value(v->json);

	if (path && *path && (strcmp(path, "/etc/hosts") == 0 || path[strlen(path) - 1] == '/'))
		return value_bad(v, "must be a file of its own, which v6hook makes and replaces");
	return value_path(v, ret);
}

static int read_hosts(const struct value *v, void *into)
{
	return read_made(v, &((struct config *)into)->hosts);
}

static int read_metrics(const struct value *v, void *into)
{
	return read_made(v, &((struct config *)into)->metrics);
}

static int read_domain(const struct value *v, void *into)
{
	return value_hostname(v, &((struct config *)into)->domain);
}

static int read_state_dir(const struct value *v, void *into)
{
	return value_path(v, &((struct config *)into)->state_dir);
}

static const struct key top[] = {
	{ "pools", config_read_pools },
	{ "gateway", read_gateway },
	{ "probe_ms", read_probe_ms },
	{ "hold_s", read_hold_s },
	{ "announce_s", read_announce_s },
	{ "announce_from", read_announce_from },
	{ "expose", read_exposes },
	{ "guard", read_guard },
	{ "open_firewall", read_open_firewall },
	{ "lxc", read_lxc },
	{ "docker", read_docker },
	{ "podman", read_podman },
	{ "incus", read_incus },
	{ "containers", config_read_containers },
	{ "users", config_read_users },
	{ "hosts", read_hosts },
	{ "domain", read_domain },
	{ "metrics", read_metrics },
	{ "on_change", config_read_on_change },
	{ "socket", read_socket },
	{ "state_dir", read_state_dir },
	{ "store", config_read_store },
	{ NULL, NULL },
};

int config_parse(const char *path, const char *text, size_t len, struct config **ret,
		 struct error *e)
{
	_config_ struct config *c = NULL;
	_json_ json_t *tree = NULL;
	struct value all = { NULL, "", e };
	int r = config_defaults(&c, e);

	if (r < 0)
		return r;
	r = json_parse(text, len, &tree, e);
	if (r < 0)
		return error_prefix(e, r, "configuration %s", path);
	all.json = tree;
	if (!json_is_object(tree))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "configuration %s: must be one object { ... }", path);
	r = value_object(&all, top, c);
	if (r < 0)
		return error_prefix(e, r, "configuration %s", path);
	if (c->pool_count == 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "configuration %s: has no \"pools\"",
				 path);
	*ret = steal_ptr(&c);
	return 0;
}

/* As config_parse; a password that everybody may read is refused. */
static int parse_guarded(const char *path, const char *text, size_t len, struct config **ret,
			 struct error *e)
{
	_config_ struct config *c = NULL;
	struct stat st;
	int r = config_parse(path, text, len, &c, e);

	if (r < 0)
		return r;
	if (c->store.password && stat(path, &st) == 0 && st.st_mode & (S_IRWXG | S_IRWXO))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "configuration %s: has a password, and others than its owner may "
				 "open it: chmod 600 %s",
				 path, path);
	*ret = steal_ptr(&c);
	return 0;
}

int config_read(const char *path, struct config **ret, struct error *e)
{
	_free_ char *text = NULL;
	size_t len = 0;
	int r = file_read(AT_FDCWD, path, CONFIG_SIZE_MAX, &text, &len);

	if (r == -ENOENT)
		return error_set(e, STATUS_USAGE, r,
				 "no configuration %s: v6hook setup makes one; it must name the "
				 "range of your provider, "
				 "{ \"pools\": [ { \"ranges\": [\"PREFIX/LEN\"] } ] }",
				 path);
	if (r == -EFBIG)
		return error_set(e, STATUS_USAGE, r, "configuration %s: larger than 1 MiB", path);
	if (r == -EMFILE || r == -ENFILE || r == -ENOMEM)
		return error_sys(e, r, "cannot read configuration %s", path);
	if (r < 0)
		return error_set(e, STATUS_USAGE, r, "cannot read configuration %s: %s", path,
				 r == -EISDIR ? "not a regular file" : strerror(-r));
	return parse_guarded(path, text, len, ret, e);
}

/* Takes a value of the file's, if it is a good one. */
static void salvage(const json_t *tree, const char *key, int (*read)(const struct value *, void *),
		    struct config *c)
{
	struct error ignored;
	const struct value v = { json_object_get(tree, key), key, &ignored };

	if (v.json)
		read(&v, c);
}

int config_salvage(const char *path, struct config **ret, struct error *e)
{
	_config_ struct config *c = NULL;
	_free_ char *text = NULL;
	_json_ json_t *tree = NULL;
	struct error ignored;
	size_t len;
	int r = config_defaults(&c, e);

	if (r < 0)
		return r;
	if (file_read(AT_FDCWD, path, CONFIG_SIZE_MAX, &text, &len) == 0 &&
	    json_parse(text, len, &tree, &ignored) == 0) {
		salvage(tree, "socket", read_socket, c);
		salvage(tree, "state_dir", read_state_dir, c);
		salvage(tree, "gateway", read_gateway, c);
	}
	*ret = steal_ptr(&c);
	return 0;
}

bool config_requires_lxc(const char *path)
{
	_free_ char *text = NULL;
	_json_ json_t *tree = NULL;
	struct error ignored;
	size_t len;

	return file_read(AT_FDCWD, path, CONFIG_SIZE_MAX, &text, &len) == 0 &&
	       json_parse(text, len, &tree, &ignored) == 0 &&
	       json_is_true(json_object_get(json_object_get(tree, "lxc"), "required"));
}
