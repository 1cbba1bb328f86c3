/* How instances of Incus are named here. */
#include "engine/incus_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define INSTANCES "/1.0/instances/"
#define PROJECT "?project="
#define DEFAULT "default" /* the project that is not named */
#define LABEL_MOST 63	  /* bytes of an instance's name: a host's (RFC 1123) */

/* Whether it can be an instance's name within its project. */
static bool is_instance(const char *text, size_t len)
{
	if (len == 0 || len > LABEL_MOST || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && (i == 0 || text[i] != '-'))
			return false;
	return true;
}

/* Whether it is a project's name that is served. */
static bool is_project(const char *text, size_t len)
{
	if (len == 0 || !isalnum((unsigned char)*text))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !memchr("_.-", text[i], 3))
			return false;
	return true;
}

size_t incus_name_part(const char *name)
{
	const char *last = strrchr(name, '_');

	return last ? (size_t)(last + 1 - name) : 0;
}

bool incus_can_exist(const char *name)
{
	const size_t part = incus_name_part(name);

	return strlen(name) < INCUS_NAME_MAX && is_instance(name + part, strlen(name + part)) &&
	       (part == 0 || is_project(name, part - 1));
}

/* Puts a name together of parts that are not ended. @project_len: 0 for none */
static int join(const char *project, size_t project_len, const char *instance, size_t len,
		char ret[INCUS_NAME_MAX])
{
	if (project_len == strlen(DEFAULT) && memcmp(project, DEFAULT, project_len) == 0)
		project_len = 0;
	if (!is_instance(instance, len) || (project_len && !is_project(project, project_len)))
		return -EINVAL;
	if (project_len + 1 + len >= INCUS_NAME_MAX)
		return -ENAMETOOLONG;
	sprintf(ret, "%.*s%s%.*s", (int)project_len, project_len ? project : "",
		project_len ? "_" : "", (int)len, instance);
	return 0;
}

int incus_name(const char *project, const char *instance, char ret[INCUS_NAME_MAX])
{
	return join(project, project ? strlen(project) : 0, instance, strlen(instance), ret);
}

int incus_name_of(const char *reference, size_t len, char ret[INCUS_NAME_MAX])
{
	const size_t before = strlen(INSTANCES), between = strlen(PROJECT);
	const char *mark, *project = NULL;
	size_t name_len, project_len = 0;

	if (len < before || memcmp(reference, INSTANCES, before) != 0)
		return -EINVAL;
	reference += before;
	len -= before;
	mark = memchr(reference, '?', len);
	name_len = mark ? (size_t)(mark - reference) : len;
	if (mark) {
		if (len - name_len <= between || memcmp(mark, PROJECT, between) != 0)
			return -EINVAL;
		project = mark + between;
		project_len = len - name_len - between;
	}
	return join(project, project_len, reference, name_len, ret);
}

bool incus_is_id(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdef", text[i]))
			return false;
	return true;
}
