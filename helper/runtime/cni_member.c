/* Members of an object in CNI's configuration: each is in a table, or refused. */
#include "runtime/cni_member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SHOWN_MAX 120 /* bytes of a value in a message */

int cni_unsupported(const char *where, const json_t *value, const char *why, struct error *e)
{
	_free_ char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	char shown[SHOWN_MAX];

	return error_set(e, STATUS_USAGE, -ENOTSUP, "%.80s: %s: %s", where, why,
			 text_escape(text ? text : "?", shown, sizeof(shown)));
}

int cni_read_members(json_t *object, const char *where, const struct cni_member *table, bool strict,
		     struct cni_conf *c, struct error *e)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		const struct cni_member *m = table;
		char way[160], shown[SHOWN_MAX];
		const struct value v = { value, way, e };
		int r;

		while (m->name && strcmp(m->name, key) != 0)
			m++;
		snprintf(way, sizeof(way), "%s%s", where, text_escape(key, shown, sizeof(shown)));
		if (!m->name && strict && strncmp(key, "cni.dev/", strlen("cni.dev/")) != 0)
			return cni_unsupported(way, value, "unknown key, with the value", e);
		r = m->name && m->read ? m->read(&v, c) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}
