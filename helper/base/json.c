/* JSON taken strictly: whole, UTF-8, no key twice, every value of the type that was asked for. */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/text.h"

static int line_of(const char *text, const char *where)
{
	int line = 1;

	for (; text < where; text++)
		line += *text == '\n';
	return line;
}

/* Where a string of the text holds the escape \u0000, or null. */
static const char *find_nul_escape(const char *text)
{
	for (; *text; text++) {
		if (*text != '\\')
			continue;
		if (strncmp(text, "\\u0000", 6) == 0)
			return text;
		if (text[1])
			text++;
	}
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Looks for a key that the object holds twice. Returns 1 and the key, 0 or -ENOMEM. */
static int double_key(const cJSON *object, const char **ret)
{
	size_t count = (size_t)cJSON_GetArraySize(object), n = 0;
	_free_ const char **keys = calloc(count + 1, sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	for (const cJSON *m = object->child; m; m = m->next)
		keys[n++] = m->string;
	qsort(keys, n, sizeof(*keys), by_text);
	for (size_t i = 1; i < n; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0) {
			*ret = keys[i];
			return 1;
		}
	return 0;
}

/* The same for all objects in value. */
static int find_double_key(const cJSON *value, const char **ret)
{
	int r = cJSON_IsObject(value) ? double_key(value, ret) : 0;

	for (const cJSON *m = value->child; r == 0 && m; m = m->next)
		r = find_double_key(m, ret);
	return r;
}

int json_parse(const char *text, size_t len, cJSON **ret, struct error *e)
{
	_json_ cJSON *tree = NULL;
	const char *end = NULL, *bad;
	int r;

	if (len == 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "it is empty");
	if (memchr(text, '\0', len))
		return error_set(e, STATUS_USAGE, -EINVAL, "it holds a zero byte");
	if (!text_is_utf8(text, len))
		return error_set(e, STATUS_USAGE, -EINVAL, "it is not UTF-8");
	bad = find_nul_escape(text);
	if (bad)
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: \\u0000 in a string",
				 line_of(text, bad));
	tree = cJSON_ParseWithLengthOpts(text, len + 1, &end, 1);
	if (!tree)
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: not valid JSON",
				 line_of(text, end ? end : text));
	r = find_double_key(tree, &bad);
	if (r < 0)
		return error_sys(e, r, "cannot read it");
	if (r > 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "key \"%.60s\" stands twice", bad);
	*ret = steal_ptr(&tree);
	return 0;
}

const cJSON *json_member(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const char *json_text(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(json_member(object, key));
}

bool json_whole(const cJSON *value, int64_t least, int64_t most, int64_t *ret)
{
	if (!cJSON_IsNumber(value) || value->valuedouble != floor(value->valuedouble) ||
	    value->valuedouble < (double)least || value->valuedouble > (double)most ||
	    value->valuedouble >= 9223372036854775808.0)
		return false;
	*ret = (int64_t)value->valuedouble;
	return true;
}
