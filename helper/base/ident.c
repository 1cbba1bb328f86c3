/* Whose lease it is: a container's name within its engine (and LXC path, and user). */
#include "base/ident.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/user.h"

static int check_name(const char *name, struct error *e)
{
	const char *why = NULL;

	if (!*name)
		why = "is empty";
	else if (strlen(name) > IDENT_NAME_MAX)
		why = "is longer than 255 bytes";
	else if (strchr(name, '/'))
		why = "holds a '/' (a user's is USER/lxc:NAME; an LXC path goes with --lxcpath)";
	else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		why = "is not a name";
	else if (text_has_control(name))
		why = "holds a control character";
	else if (!text_is_utf8(name, strlen(name)))
		why = "is not UTF-8";
	if (why)
		return error_set(e, STATUS_USAGE, -EINVAL, "container name '%.80s' %s", name, why);
	return 0;
}

/* The runtime of the table with which the text begins, before a colon, or null. */
static const char *runtime_of(const char *text, const char *const *runtimes)
{
	for (; *runtimes; runtimes++) {
		size_t n = strlen(*runtimes);

		if (strncmp(text, *runtimes, n) == 0 && text[n] == ':')
			return *runtimes;
	}
	return NULL;
}

/* Reads what stands before the slash: an ordinary user. Returns 0 or -ENOENT. */
static int read_owner(const char *text, size_t len, uid_t *ret)
{
	char user[USER_NAME_MAX];

	if (len == 0 || len >= sizeof(user))
		return -ENOENT;
	snprintf(user, sizeof(user), "%.*s", (int)len, text);
	return user_find(user, ret);
}

int ident_parse(const char *text, const char *const *runtimes, struct ident *ret, struct error *e)
{
	const char *slash = strchr(text, '/'), *runtime;
	struct ident id = { 0 };
	int r;

	if (slash && runtime_of(slash + 1, runtimes)) {
		if (read_owner(text, (size_t)(slash - text), &id.owner) < 0)
			return error_set(e, STATUS_USAGE, -EINVAL, "no user '%.*s'",
					 slash - text > 80 ? 80 : (int)(slash - text), text);
		text = slash + 1;
	}
	runtime = runtime_of(text, runtimes);
	if (runtime) {
		snprintf(id.runtime, sizeof(id.runtime), "%s", runtime);
		text += strlen(runtime) + 1;
	}
	r = check_name(text, e);
	if (r < 0)
		return r;
	snprintf(id.name, sizeof(id.name), "%s", text);
	*ret = id;
	return 0;
}

char *ident_text(const struct ident *id, char *out)
{
	char owner[IDENT_USER_MAX + 1] = "";

	if (id->owner)
		snprintf(owner, sizeof(owner), "%u/", id->owner);
	snprintf(out, IDENT_TEXT_MAX, "%s%s:%s%s%s", owner, id->runtime, id->name,
		 *id->path ? "@" : "", id->path);
	return out;
}

char *ident_container(const struct ident *id, char *out)
{
	struct ident without = *id;

	*without.path = '\0';
	return ident_text(&without, out);
}

char *ident_shown(const struct ident *id, char *out, size_t size)
{
	char owner[USER_NAME_MAX] = "";

	if (id->owner)
		user_name(id->owner, owner, sizeof(owner));
	snprintf(out, size, "%s%s%s:%s%s%s", owner, *owner ? "/" : "", id->runtime, id->name,
		 *id->path ? "@" : "", id->path);
	return out;
}

int ident_from_key(const char *text, struct ident *ret)
{
	const char *colon = strchr(text, ':'), *slash = strchr(text, '/');
	char number[IDENT_TEXT_MAX];
	uid_t owner;
	int n;

	if (!colon || !slash || slash > colon)
		return ident_from_text(text, ret);
	if (read_owner(text, (size_t)(slash - text), &owner) < 0 || owner == 0)
		return -EINVAL;
	n = snprintf(number, sizeof(number), "%u%s", owner, slash);
	return n < (int)sizeof(number) ? ident_from_text(number, ret) : -EINVAL;
}

int ident_from_text(const char *text, struct ident *ret)
{
	const char *colon = strchr(text, ':'), *slash = strchr(text, '/'), *at;
	struct ident id = { 0 };
	struct error ignored;
	size_t runtime, name;

	if (!colon || strlen(text) >= IDENT_TEXT_MAX)
		return -EINVAL;
	if (slash && slash < colon) {
		if (*text < '1' || *text > '9' ||
		    read_owner(text, (size_t)(slash - text), &id.owner) < 0)
			return -EINVAL;
		text = slash + 1;
	}
	at = strstr(colon, "@/");
	runtime = (size_t)(colon - text);
	name = at ? (size_t)(at - colon - 1) : strlen(colon + 1);
	if (runtime == 0 || runtime > IDENT_RUNTIME_MAX || memchr(text, '/', runtime) ||
	    name > IDENT_NAME_MAX || (at && strlen(at + 1) > IDENT_PATH_MAX))
		return -EINVAL;
	memcpy(id.runtime, text, runtime);
	memcpy(id.name, colon + 1, name);
	if (at)
		snprintf(id.path, sizeof(id.path), "%s", at + 1);
	if (check_name(id.name, &ignored) < 0 || text_has_control(id.path))
		return -EINVAL;
	*ret = id;
	return 0;
}
