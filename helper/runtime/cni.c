/* CNI's environment: which command, for which container, and what its lease is called. */
#include "runtime/cni.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "runtime/engines.h"

#define POD_NAMESPACE_MAX 63 /* bytes: a label (RFC 1123) */
#define POD_NAME_MAX 253
#define PID_DIGITS_MAX 7

/* Nobody can be asked: who calls says where the container is. */
const struct runtime runtime_cni = { .name = "cni" };

static const char *const commands[] = {
	[CNI_ADD] = "ADD", [CNI_DEL] = "DEL",	    [CNI_CHECK] = "CHECK",
	[CNI_GC] = "GC",   [CNI_STATUS] = "STATUS", [CNI_VERSION] = "VERSION",
};

char *cni_short(const char *text, char *out, size_t size)
{
	if ((size_t)snprintf(out, size, "%s", text) >= size)
		snprintf(out + size - 18, 18, "~%016llx", (unsigned long long)text_hash(text, 0));
	return out;
}

/* Whether it is made of letters, digits and those characters, and begins with one of the former. */
static bool is_made_of(const char *text, const char *also)
{
	if (!isalnum((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(also, *text))
			return false;
	return true;
}

bool cni_is_name(const char *text)
{
	return is_made_of(text, "_.-");
}

/* Whether the kernel takes it as the name of an interface (net/core/dev.c: dev_valid_name). */
static bool is_ifname(const char *text)
{
	if (!*text || strlen(text) >= IF_NAMESIZE || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0 || text_has_control(text) || !text_is_utf8(text, strlen(text)))
		return false;
	return !strpbrk(text, "/: %");
}

/* Refuses a variable. Returns -EINVAL. */
static int refuse(const char *variable, const char *why, int *ret_code, struct error *e)
{
	*ret_code = CNI_CODE_ENVIRONMENT;
	return error_set(e, STATUS_USAGE, -EINVAL, "%s %s", variable, why);
}

/* Copies the value of a key of CNI_ARGS ("KEY=VALUE;KEY=VALUE"). Returns whether it is there. */
static bool find_arg(const char *args, const char *key, char *out, size_t size)
{
	size_t n = strlen(key);

	for (; *args; args += strcspn(args, ";"), args += *args == ';') {
		if (strncmp(args, key, n) != 0 || args[n] != '=')
			continue;
		snprintf(out, size, "%.*s", (int)strcspn(args + n + 1, ";"), args + n + 1);
		return *out;
	}
	return false;
}

/* Names the lease. Returns 0 or -EINVAL. */
static int name_lease(struct cni_call *c, const char *args, int *ret_code, struct error *e)
{
	char space[POD_NAMESPACE_MAX + 2], pod[POD_NAME_MAX + 2];
	char text[sizeof(space) + sizeof(pod) + IF_NAMESIZE + 2];
	bool has_space = args && find_arg(args, "K8S_POD_NAMESPACE", space, sizeof(space));
	bool has_pod = args && find_arg(args, "K8S_POD_NAME", pod, sizeof(pod));
	const bool usual = strcmp(c->ifname, CNI_IFNAME_USUAL) == 0;
	char who[IDENT_NAME_MAX + 1 - IF_NAMESIZE - 1];

	if (has_space && (strlen(space) > POD_NAMESPACE_MAX || !is_made_of(space, "-")))
		return refuse("CNI_ARGS", "holds a K8S_POD_NAMESPACE that is no namespace",
			      ret_code, e);
	if (has_pod && (strlen(pod) > POD_NAME_MAX || !cni_is_name(pod)))
		return refuse("CNI_ARGS", "holds a K8S_POD_NAME that is no name", ret_code, e);
	if (has_pod)
		snprintf(text, sizeof(text), "%s%s%s", has_space ? space : "", has_space ? ":" : "",
			 pod);
	cni_short(has_pod ? text : c->instance, who, sizeof(who));
	snprintf(c->name, sizeof(c->name), "%s%s%s", who, usual ? "" : "%", usual ? "" : c->ifname);
	return 0;
}

/* The process whose namespace the path is, or 0. */
static pid_t process_of(const char *path)
{
	static const char before[] = "/proc/", behind[] = "/ns/net";
	const char *digits = path + strlen(before);
	size_t len;

	if (strncmp(path, before, strlen(before)) != 0)
		return 0;
	/* as the kernel writes it, and no more than it has: 2^22 at most (PID_MAX_LIMIT) */
	len = strspn(digits, "0123456789");
	return len > 0 && len <= PID_DIGITS_MAX && *digits != '0' &&
			       strcmp(digits + len, behind) == 0
		       ? (pid_t)strtol(digits, NULL, 10)
		       : 0;
}

int cni_call_read(struct cni_call *ret, int *ret_code, struct error *e)
{
	const char *command = getenv("CNI_COMMAND"), *args = getenv("CNI_ARGS");
	struct cni_call c = { .command = CNI_ADD };

	while (command && c.command < ARRAY_SIZE(commands) &&
	       strcmp(command, commands[c.command]) != 0)
		c.command++;
	if (!command)
		return refuse("CNI_COMMAND",
			      "is not set: container engines call this, by the file of a network "
			      "in /etc/cni/net.d",
			      ret_code, e);
	if (c.command == ARRAY_SIZE(commands))
		return refuse("CNI_COMMAND", "is none of ADD, DEL, CHECK, GC, STATUS and VERSION",
			      ret_code, e);
	if (c.command > CNI_CHECK) {
		*ret = c;
		return 0;
	}
	c.container = getenv("CNI_CONTAINERID");
	c.ifname = getenv("CNI_IFNAME");
	c.netns = getenv("CNI_NETNS");
	if (c.netns && !*c.netns)
		c.netns = NULL;
	if (!c.container || !cni_is_name(c.container))
		return refuse("CNI_CONTAINERID",
			      c.container ? "is no container's ID" : "is not set", ret_code, e);
	if (!c.ifname || !is_ifname(c.ifname))
		return refuse("CNI_IFNAME", c.ifname ? "is no interface's name" : "is not set",
			      ret_code, e);
	if (!c.netns && c.command != CNI_DEL)
		return refuse("CNI_NETNS", "is not set", ret_code, e);
	if (c.netns && (*c.netns != '/' || text_has_control(c.netns) ||
			!text_is_utf8(c.netns, strlen(c.netns)) || strlen(c.netns) >= PATH_MAX))
		return refuse("CNI_NETNS", "is no absolute path", ret_code, e);
	c.pid = c.netns ? process_of(c.netns) : 0;
	cni_short(c.container, c.instance, sizeof(c.instance));
	if (name_lease(&c, args, ret_code, e) < 0)
		return -EINVAL;
	*ret = c;
	return 0;
}

bool cni_comes_again(const char *name, const char *instance)
{
	const size_t len = strcspn(name, "%");

	return strlen(instance) != len || strncmp(name, instance, len) != 0;
}

const char *cni_ifname_of(const char *name)
{
	const char *mark = strchr(name, '%');

	return mark ? mark + 1 : CNI_IFNAME_USUAL;
}
