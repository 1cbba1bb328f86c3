/* JSON taken strictly: whole, UTF-8, no key twice, every value of the type that was asked for. */
#ifndef V6HOOK_JSON_H
#define V6HOOK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/error.h"

DEFINE_CLEANUP(json_t *, cleanup_json, json_decref)
#define _json_ CLEANUP(cleanup_json)

/* How files and answers look to people. */
#define JSON_LINES JSON_INDENT(2)

/*
 * Parses text as one JSON value and nothing after it (RFC 8259). Refused besides what is no JSON:
 * bytes that are not UTF-8, keys that stand twice and \u0000. A byte order mark is passed over.
 * @len: bytes of text
 * Returns 0 and a tree to be freed, or -EINVAL; the message says what and in which line.
 */
int json_parse(const char *text, size_t len, json_t **ret, struct error *e);

/* The text of the member named key, or null if there is none or it is no string. */
const char *json_text(const json_t *object, const char *key);

/* Whether value is a whole number from least to most; stores it in ret if so. */
bool json_whole(const json_t *value, int64_t least, int64_t most, int64_t *ret);

/*
 * Adds a text to an object; null becomes null. What is not UTF-8 in it is escaped as text_escape
 * does. A failure is the next one's, too, and json_dumps': nothing is made of half an object.
 */
void json_put_text(json_t **object, const char *key, const char *text);

#endif
