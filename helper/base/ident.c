/* Whose lease it is: a container's name within its engine (and LXC path). */
#include "base/ident.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static bool has_control(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		/* C0, DEL, and C1 (U+0080 to U+009F), which terminals obey too */
		if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			return true;
	return false;
}

static int check_name(const char *name, struct error *e)
{
	const char *why = NULL;

	if (!*name)
		why = "is empty";
	else if (strlen(name) > IDENT_NAME_MAX)
		why = "is longer than 255 bytes";
	else if (strchr(name, '/'))
		why = "holds a '/' (an LXC path goes with --lxcpath)";
	else if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		why = "is not a name";
	else if (has_control(name))
		why = "holds a control character";
	else if (!text_is_utf8(name, strlen(name)))
		why = "is not UTF-8";
	if (why)
		return error_set(e, STATUS_USAGE, -EINVAL, "container name '%.80s' %s", name, why);
	return 0;
}

int ident_parse(const char *text, const char *const *runtimes, struct ident *ret, struct error *e)
{
	struct ident id = { 0 };
	int r;

	for (; *runtimes; runtimes++) {
		size_t n = strlen(*runtimes);

		if (strncmp(text, *runtimes, n) != 0 || text[n] != ':')
			continue;
		snprintf(id.runtime, sizeof(id.runtime), "%s", *runtimes);
		text += n + 1;
		break;
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
	snprintf(out, IDENT_TEXT_MAX, "%s:%s%s%s", id->runtime, id->name, *id->path ? "@" : "",
		 id->path);
	return out;
}

int ident_from_text(const char *text, struct ident *ret)
{
	const char *colon = strchr(text, ':'), *at;
	struct ident id = { 0 };
	struct error ignored;
	size_t runtime, name;

	if (!colon || strlen(text) >= IDENT_TEXT_MAX)
		return -EINVAL;
	at = strstr(colon, "@/");
	runtime = (size_t)(colon - text);
	name = at ? (size_t)(at - colon - 1) : strlen(colon + 1);
	if (runtime == 0 || runtime > IDENT_RUNTIME_MAX || name > IDENT_NAME_MAX ||
	    (at && strlen(at + 1) > IDENT_PATH_MAX))
		return -EINVAL;
	memcpy(id.runtime, text, runtime);
	memcpy(id.name, colon + 1, name);
	if (at)
		snprintf(id.path, sizeof(id.path), "%s", at + 1);
	if (check_name(id.name, &ignored) < 0)
		return -EINVAL;
	*ret = id;
	return 0;
}
