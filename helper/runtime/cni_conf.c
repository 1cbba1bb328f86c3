/*
 * CNI's stdin: one plugin's configuration as the engine hands it over.
 *
 * Theory of operation: as in the configuration (base/config_read.c) a table names every key, so
 * that an unknown one is an error by construction, with its value in the message as CNI demands.
 * Keys of the protocol that are none of our business are in the table with no reader. What another
 * plugin has made (prevResult) is foreign: of it only what is needed is looked at, the rest is
 * handed on.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/config_lists.h"
#include "base/text.h"
#include "runtime/cni.h"
#include "runtime/cni_given.h"

#define MTU_LEAST 1280 /* IPv6's (RFC 8200, 5) */
#define MTU_MOST 65535
#define SHOWN_MAX 120 /* bytes of a value in a message */

const char *const cni_versions[] = { "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0", NULL };

/* The versions that brought the commands. */
static const char *const brought[] = {
	[CNI_ADD] = "0.3.0", [CNI_DEL] = "0.3.0",    [CNI_CHECK] = "0.4.0",
	[CNI_GC] = "1.1.0",  [CNI_STATUS] = "1.1.0", [CNI_VERSION] = "0.3.0",
};

static int place_of(const char *version)
{
	int i = 0;

	while (cni_versions[i] && strcmp(version, cni_versions[i]) != 0)
		i++;
	return cni_versions[i] ? i : -1;
}

bool cni_since(const char *version, const char *least)
{
	return place_of(version) >= place_of(least);
}

void cni_conf_release(struct cni_conf *c)
{
	json_decref(c->tree);
	free(c->valid);
}

/* A text with something in it, which stays the tree's. */
static int read_text(const struct value *v, const char **ret)
{
	const char *text = json_string_value(v->json);

	if (!text || !*text)
		return value_bad(v, "must be a text");
	*ret = text;
	return 0;
}

static int read_network(const struct value *v, struct cni_conf *c)
{
	if (read_text(v, &c->full_network) < 0 || !cni_is_name(c->full_network))
		return value_bad(v, "must be a network's name: letters, digits, \"_\", \".\", "
				    "\"-\"");
	cni_short(c->full_network, c->network, sizeof(c->network));
	return 0;
}

static int read_config(const struct value *v, struct cni_conf *c)
{
	int r = read_text(v, &c->config_path);

	return r == 0 && *c->config_path != '/' ? value_bad(v, "must be an absolute path") : r;
}

static int read_bridge(const struct value *v, struct cni_conf *c)
{
	int r = read_text(v, &c->bridge);

	return r == 0 && strlen(c->bridge) >= IF_NAMESIZE
		       ? value_bad(v, "must be the name of a bridge")
		       : r;
}

static int read_mtu(const struct value *v, struct cni_conf *c)
{
	int64_t mtu;

	if (!json_whole(v->json, MTU_LEAST, MTU_MOST, &mtu))
		return value_bad(v, "must be a number from %d to %d", MTU_LEAST, MTU_MOST);
	c->mtu = (unsigned int)mtu;
	return 0;
}

static int read_keep(const struct value *v, struct cni_conf *c)
{
	bool keep = false;
	int r = value_bool(v, &keep);

	c->keep = keep ? CNI_KEEP_YES : CNI_KEEP_NO;
	return r;
}

static int read_expose(const struct value *v, struct cni_conf *c)
{
	return config_read_exposed(v, &c->expose);
}

/* An object of another plugin's, whose work is not done here: it may be empty. */
static int read_nothing(const struct value *v, struct cni_conf *c)
{
	(void)c;
	if ((json_is_object(v->json) && json_object_size(v->json) == 0) || json_is_false(v->json) ||
	    json_is_null(v->json))
		return 0;
	return cni_unsupported(v->where, v->json,
			       "it is another plugin's work, chained before this one", v->e);
}

static const struct cni_member top[] = {
	{ "cniVersion", NULL },
	{ "name", read_network },
	{ "type", NULL },
	{ "config", read_config },
	{ "bridge", read_bridge },
	{ "mtu", read_mtu },
	{ "keep", read_keep },
	{ "expose", read_expose },
	{ "runtimeConfig", cni_read_runtime },
	{ "prevResult", cni_read_previous },
	{ "cni.dev/valid-attachments", cni_read_valid },
	{ "cni.dev/attachments", cni_read_valid },
	{ "ipam", read_nothing },
	{ "ipMasq", read_nothing },
	/* handed on, or the engine's own affair */
	{ "args", NULL },
	{ "capabilities", NULL },
	{ "dns", NULL },
	{ "cniVersions", NULL },
	{ "disableCheck", NULL },
	{ "disableGC", NULL },
	{ "loadOnlyInlinedPlugins", NULL },
	{ NULL, NULL },
};

/*
 * What DEL needs to know, and no more: a slip of the pen, made since the ADD, must not keep a
 * container from ending.
 */
static const struct cni_member of_end[] = {
	{ "name", read_network },
	{ "config", read_config },
	{ "bridge", read_bridge },
	{ "keep", read_keep },
	{ NULL, NULL },
};

/* Sees which version is spoken. Returns 0 or -EINVAL and the code. */
static int read_version(struct cni_conf *c, enum cni_command command, int *ret_code,
			struct error *e)
{
	const json_t *said = json_object_get(c->tree, "cniVersion");
	const char *version = json_string_value(said);
	char shown[SHOWN_MAX];

	*ret_code = CNI_CODE_VERSION;
	if (said && !version)
		return error_set(e, STATUS_USAGE, -EINVAL, "cniVersion must be a text");
	/* of whatever time the engine is, it is told what is spoken, in its own version */
	if (version && *version && strlen(version) < sizeof(c->version) &&
	    (command == CNI_VERSION || place_of(version) >= 0))
		snprintf(c->version, sizeof(c->version), "%s", version);
	if (command == CNI_VERSION)
		return 0;
	/* who says none speaks 0.1.0 */
	if (!version || place_of(version) < 0)
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "cniVersion %s is not spoken here: write one from 0.3.0 to %s",
				 text_escape(version ? version : "0.1.0 (there is none)", shown,
					     sizeof(shown)),
				 CNI_NEWEST);
	if (!cni_since(version, brought[command]))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "cniVersion %s does not know this command: it came with %s",
				 version, brought[command]);
	return 0;
}

/* Looks whether what was read makes sense together. Returns 0 or -EINVAL. */
static int check(const struct cni_conf *c, enum cni_command command, struct error *e)
{
	const char *why = NULL;

	if (!c->full_network)
		why = "it has no \"name\"";
	else if (command == CNI_ADD && !c->previous && !c->bridge)
		why = "there is no prevResult: chain it after a plugin such as bridge or ptp, or "
		      "name a \"bridge\" on which it is to make a veth";
	else if (command == CNI_ADD && c->previous && c->bridge)
		why = "\"bridge\" is for use without a plugin before this one, but there is a "
		      "prevResult";
	else if (command == CNI_CHECK && !c->previous)
		why = "there is no prevResult to check by";
	else if (command == CNI_GC && !c->has_valid)
		why = "there is no cni.dev/valid-attachments: nothing is removed";
	return why ? error_set(e, STATUS_USAGE, -EINVAL, "%s", why) : 0;
}

int cni_conf_read(const char *text, size_t len, enum cni_command command, struct cni_conf *ret,
		  int *ret_code, struct error *e)
{
	_cni_conf_ struct cni_conf c = {
		.version = CNI_NEWEST,
		.consults = command == CNI_ADD || command == CNI_CHECK,
		.published.word = EXPOSE_LIST,
	};
	int r;

	*ret = (struct cni_conf){ .version = CNI_NEWEST };
	*ret_code = CNI_CODE_DECODE;
	/* a very old engine asks for the versions without a word */
	if (len == 0 && command == CNI_VERSION)
		return 0;
	r = json_parse(text, len, &c.tree, e);
	if (r == 0 && !json_is_object(c.tree))
		r = error_set(e, STATUS_USAGE, -EINVAL, "it must be one object { ... }");
	if (r < 0)
		return error_prefix(e, r, "the configuration on stdin");
	r = read_version(&c, command, ret_code, e);
	memcpy(ret->version, c.version, sizeof(c.version));
	if (r < 0)
		return r;
	if (command != CNI_VERSION)
		r = cni_read_members(c.tree, "", command == CNI_DEL ? of_end : top,
				     command != CNI_DEL, &c, e);
	*ret_code = r == -ENOTSUP ? CNI_CODE_FIELD : CNI_CODE_CONFIG;
	if (r == 0 && command != CNI_VERSION)
		r = check(&c, command, e);
	if (r < 0)
		return r;
	if (c.published.count == 0)
		c.published.word = EXPOSE_NONE;
	*ret = c;
	c = (struct cni_conf){ 0 };
	return 0;
}
