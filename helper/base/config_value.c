/* One value of a strict JSON file: taken as what it must be, or refused with the way to its key. */
#include "base/config_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hostname.h"

#define KEY_MAX 32 /* letters; a name that is longer is like no key */

int value_bad(const struct value *v, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return error_set(v->e, STATUS_USAGE, -EINVAL, "%s: %s", v->where, text);
}

/* How many letters are to be put in, taken out or changed to make one name of the other. */
static size_t letters_between(const char *a, const char *b)
{
	size_t row[KEY_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			const size_t above = row[j + 1];
			const size_t swapped = diagonal + (tolower((unsigned char)a[i]) != b[j]);
			const size_t moved = (above < row[j] ? above : row[j]) + 1;

			row[j + 1] = swapped < moved ? swapped : moved;
			diagonal = above;
		}
	}
	return row[n];
}

/* The key that may be meant by a name that is none, or null. */
static const char *nearest_key(const struct key *keys, const char *name)
{
	const size_t len = strlen(name);
	size_t least = len / 4 + 2;
	const char *nearest = NULL;

	if (len > KEY_MAX)
		return NULL;
	for (; keys->name; keys++) {
		size_t letters = letters_between(name, keys->name);

		/* one that was not written to its end, too */
		if (len > 2 && strncmp(keys->name, name, len) == 0)
			letters = 1;
		if (letters < least) {
			least = letters;
			nearest = keys->name;
		}
	}
	return nearest;
}

/* Refuses a key that is none of them. */
static int bad_key(const struct value *v, const struct key *keys, const char *name)
{
	const char *nearest = nearest_key(keys, name);

	return value_bad(v, "unknown key%s%s%s (man 5 v6hook.json)",
			 nearest ? ": did you mean " : "", nearest ? nearest : "",
			 nearest ? "?" : "");
}

int value_object(const struct value *v, const struct key *keys, void *into)
{
	const char *name;
	json_t *m;

	if (!json_is_object(v->json))
		return value_bad(v, "must be an object { ... }");
	json_object_foreach (v->json, name, m) {
		char where[512];
		const struct key *k = keys;
		struct value member = { m, where, v->e };
		int r;

		snprintf(where, sizeof(where), "%s%s%.100s", v->where, *v->where ? "." : "", name);
		while (k->name && strcmp(k->name, name) != 0)
			k++;
		if (!k->name)
			return bad_key(&member, keys, name);
		r = k->read(&member, into);
		if (r < 0)
			return r;
	}
	return 0;
}

int value_string(const struct value *v, char **ret)
{
	char *copy;

	if (!json_is_string(v->json) || !*json_string_value(v->json))
		return value_bad(v, "must be a string with something in it");
	copy = strdup(json_string_value(v->json));
	if (!copy)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	free(*ret);
	*ret = copy;
	return 0;
}

int value_path(const struct value *v, char **ret)
{
	if (!json_is_string(v->json) || json_string_value(v->json)[0] != '/')
		return value_bad(v, "must be an absolute path");
	return value_string(v, ret);
}

int value_hostname(const struct value *v, char **ret)
{
	char name[HOSTNAME_MAX];
	char *copy;

	if (!json_is_string(v->json) || !hostname_read(json_string_value(v->json), name))
		return value_bad(v, "must be a host's name such as \"www.example.org\": letters, "
				    "digits, hyphens and dots");
	copy = strdup(name);
	if (!copy)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	free(*ret);
	*ret = copy;
	return 0;
}

int value_bool(const struct value *v, bool *ret)
{
	if (!json_is_boolean(v->json))
		return value_bad(v, "must be true or false");
	*ret = json_is_true(v->json);
	return 0;
}

int value_number(const struct value *v, unsigned int most, unsigned int *ret)
{
	int64_t n;

	if (!json_whole(v->json, 0, most, &n))
		return value_bad(v, "must be a whole number from 0 to %u", most);
	*ret = (unsigned int)n;
	return 0;
}

int value_word(const struct value *v, const char *const *words, int *ret)
{
	char all[128] = "";

	for (int i = 0; words[i]; i++) {
		size_t used = strlen(all);

		if (json_is_string(v->json) && strcmp(json_string_value(v->json), words[i]) == 0) {
			*ret = i;
			return 0;
		}
		snprintf(all + used, sizeof(all) - used, "%s\"%s\"", i ? " or " : "", words[i]);
	}
	return value_bad(v, "must be %s", all);
}

int value_strings(const struct value *v, struct config_strings *ret)
{
	size_t n = json_array_size(v->json), i;
	json_t *m;

	if (!json_is_array(v->json))
		return value_bad(v, "must be a list [ ... ] of strings");
	ret->list = calloc((size_t)n + 1, sizeof(*ret->list));
	if (!ret->list)
		return error_sys(v->e, -ENOMEM, "%s", v->where);
	json_array_foreach (v->json, i, m) {
		char where[256];
		struct value item = { m, where, v->e };
		int r;

		snprintf(where, sizeof(where), "%s[%zu]", v->where, ret->count);
		r = value_string(&item, &ret->list[ret->count]);
		if (r < 0)
			return r;
		ret->count++;
	}
	return 0;
}
