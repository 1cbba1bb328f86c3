/* What is said to etcd's JSON gateway, and what it answers: foreign bytes, taken strictly. */
#include "store/etcd_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define REFUSAL_MAX 256

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The bytes as base64 (RFC 4648, 4); null without memory. */
static json_t *encode(const char *bytes, size_t len)
{
	_free_ char *text = malloc(len / 3 * 4 + 5);
	size_t n = 0;

	for (size_t i = 0; text && i < len; i += 3) {
		const unsigned char *b = (const unsigned char *)bytes + i;
		const size_t left = len - i;
		const unsigned int all = (unsigned int)b[0] << 16 |
					 (left > 1 ? (unsigned int)b[1] << 8 : 0) |
					 (left > 2 ? b[2] : 0);

		text[n++] = digits[all >> 18];
		text[n++] = digits[all >> 12 & 63];
		text[n++] = left > 1 ? digits[all >> 6 & 63] : '=';
		text[n++] = left > 2 ? digits[all & 63] : '=';
	}
	return text ? json_stringn(text, n) : NULL;
}

/*
 * Reads base64 that is padded. @ret: of so many bytes, one of which is for a zero at the end
 * Returns how many there are, or -EBADMSG.
 */
static ssize_t decode(const char *text, char *ret, size_t size)
{
	size_t len = strlen(text), n = 0;

	if (len % 4 || len / 4 * 3 + 1 > size + 2)
		return -EBADMSG;
	for (size_t i = 0; i < len; i += 4) {
		unsigned int all = 0;
		int pad = 0;

		for (size_t k = 0; k < 4; k++) {
			const char *at = strchr(digits, text[i + k]);

			/* only at the very end */
			if (text[i + k] == '=' && k >= 2 && i + 4 == len)
				pad++;
			else if (!at || pad)
				return -EBADMSG;
			all = all << 6 | (at && !pad ? (unsigned int)(at - digits) : 0);
		}
		for (int k = 0; k < 3 - pad; k++) {
			if (n + 1 >= size)
				return -EBADMSG;
			ret[n++] = (char)(all >> (16 - 8 * k));
		}
	}
	ret[n] = '\0';
	return (ssize_t)n;
}

static json_t *text_number(int64_t number)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	return json_string(text);
}

json_t *etcd_compare(const char *key, int64_t revision)
{
	return json_pack("{s:o, s:s, s:s, s:o}", "key", encode(key, strlen(key)), "target", "MOD",
			 "result", "EQUAL", "mod_revision", text_number(revision));
}

json_t *etcd_put(const char *key, const char *value, size_t len)
{
	return json_pack("{s:{s:o, s:o}}", "request_put", "key", encode(key, strlen(key)), "value",
			 encode(value, len));
}

json_t *etcd_put_leased(const char *key, const char *value, const char *lease)
{
	return json_pack("{s:{s:o, s:o, s:s}}", "request_put", "key", encode(key, strlen(key)),
			 "value", encode(value, strlen(value)), "lease", lease);
}

json_t *etcd_delete(const char *key)
{
	return json_pack("{s:{s:o}}", "request_delete_range", "key", encode(key, strlen(key)));
}

json_t *etcd_get(const char *key)
{
	return json_pack("{s:{s:o}}", "request_range", "key", encode(key, strlen(key)));
}

json_t *etcd_get_all(const char *from, const char *end)
{
	return json_pack("{s:{s:o, s:o}}", "request_range", "key", encode(from, strlen(from)),
			 "range_end", encode(end, strlen(end)));
}

json_t *etcd_watch(const char *from, const char *end)
{
	return json_pack("{s:{s:o, s:o, s:[s]}}", "create_request", "key",
			 encode(from, strlen(from)), "range_end", encode(end, strlen(end)),
			 "filters", "NODELETE");
}

json_t *etcd_range(const char *from, const char *end, unsigned int limit, bool keys_only,
		   int64_t at)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:o}", "key", encode(from, strlen(from)),
			 "range_end", encode(end, strlen(end)), "limit", text_number(limit),
			 "keys_only", keys_only, "revision", text_number(at));
}

int etcd_answer(const char *text, size_t len, json_t **ret)
{
	_json_ json_t *json = NULL;
	struct error ignored;
	int r = json_parse(text, len, &json, &ignored);

	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	if (!json_is_object(json))
		return -EBADMSG;
	*ret = steal_ptr(&json);
	return 0;
}

bool etcd_succeeded(const json_t *answer)
{
	return json_is_true(json_object_get(answer, "succeeded"));
}

bool etcd_number(const json_t *object, const char *key, int64_t *ret)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(value);
	char *end = NULL;

	/* etcd before 3.1 wrote numbers; a reader need not know which */
	if (json_whole(value, 0, INT64_MAX, ret))
		return true;
	if (!text || *text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	*ret = strtoll(text, &end, 10);
	return !*end;
}

int64_t etcd_revision(const json_t *answer)
{
	int64_t revision;

	return etcd_number(json_object_get(answer, "header"), "revision", &revision) ? revision
										     : -1;
}

const json_t *etcd_response(const json_t *answer, size_t n)
{
	const json_t *one = json_array_get(json_object_get(answer, "responses"), n);

	return json_object_get(one, "response_range");
}

int etcd_found(const json_t *range, size_t n, struct etcd_kv *ret)
{
	const json_t *kvs = json_object_get(range, "kvs"), *kv = json_array_get(kvs, n);
	const char *key = json_text(kv, "key"), *value = json_text(kv, "value");
	ssize_t key_len, len;

	if (!kv)
		return kvs && !json_is_array(kvs) ? -EBADMSG : 0;
	key_len = key ? decode(key, ret->key, sizeof(ret->key)) : -1;
	/* one without a value has no such member */
	len = value ? decode(value, ret->value, sizeof(ret->value)) : 0;
	if (!value)
		ret->value[0] = '\0';
	if (key_len < 0 || strlen(ret->key) != (size_t)key_len || len < 0 ||
	    (!value && json_object_get(kv, "value")) ||
	    !etcd_number(kv, "mod_revision", &ret->revision) || ret->revision == 0)
		return -EBADMSG;
	ret->len = (size_t)len;
	return 1;
}

void etcd_refusal(const char *text, size_t len, char *ret)
{
	_json_ json_t *json = NULL;
	char plain[REFUSAL_MAX];
	const char *why;

	*ret = '\0';
	if (etcd_answer(text, len, &json) < 0) {
		/* some of its refusals are a line of text */
		snprintf(plain, sizeof(plain), "%.*s",
			 (int)(len < sizeof(plain) ? len : sizeof(plain) - 1), len ? text : "");
		plain[strcspn(plain, "\r\n")] = '\0';
		text_escape(plain, ret, REFUSAL_MAX);
		return;
	}
	why = json_text(json, "message");
	why = why ? why : json_text(json, "error");
	if (why)
		text_escape(why, ret, REFUSAL_MAX);
}
