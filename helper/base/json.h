/* JSON taken strictly: whole, UTF-8, no key twice, every value of the type that was asked for. */
#ifndef V6HOOK_JSON_H
#define V6HOOK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/cleanup.h"
#include "base/error.h"

DEFINE_CLEANUP(cJSON *, cleanup_json, cJSON_Delete)
#define _json_ CLEANUP(cleanup_json)

/*
 * Parses text as one JSON value and nothing after it. cJSON by itself accepts trailing garbage,
 * bytes that are not UTF-8, keys that stand twice and \u0000 (at which it cuts): refused here.
 * @len: bytes of text, which is zero-terminated too
 * Returns 0 and a tree to be freed, or -EINVAL; the message says what and in which line.
 */
int json_parse(const char *text, size_t len, cJSON **ret, struct error *e);

/* The member of object named exactly key, or null. */
const cJSON *json_member(const cJSON *object, const char *key);

/* The text of the member named key, or null if there is none or it is no string. */
const char *json_text(const cJSON *object, const char *key);

/* Whether value is a whole number from least to most; stores it in ret if so. */
bool json_whole(const cJSON *value, int64_t least, int64_t most, int64_t *ret);

#endif
