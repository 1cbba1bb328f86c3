/* Where a member of an object stands in its JSON text: for those who take or change nothing else.
 */
#include "base/member.h"

#include <stddef.h>
#include <string.h>

#define WHITE " \t\r\n"
#define MARK "\xef\xbb\xbf" /* the byte order mark of UTF-8, as base/json.c bears it */

/* @p: a quotation mark that opens a string. Returns the one that closes it, or the text's end. */
static const char *close_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return p;
}

/* The end of the value that begins there: at a comma or brace of the object, white space left out.
 */
static const char *value_end(const char *value)
{
	const char *p, *end = value;
	int depth = 0;

	for (p = value; *p; p++) {
		if (*p == '{' || *p == '[')
			depth++;
		else if ((*p == '}' || *p == ']') && --depth < 0)
			break;
		else if (*p == ',' && depth == 0)
			break;
		else if (*p == '"')
			p = close_string(p);
		if (!*p)
			return p;
		if (!strchr(WHITE, *p))
			end = p + 1;
	}
	return end;
}

bool member_find(const char *text, const char *key, struct member *ret)
{
	const char *object = strncmp(text, MARK, strlen(MARK)) == 0 ? text + strlen(MARK) : text;
	const char *from = object + strspn(object, WHITE);
	const size_t len = strlen(key);

	if (*from != '{')
		return false;
	while (*from == '{' || *from == ',') {
		const char *word, *end, *value;

		from++;
		word = from + strspn(from, WHITE);
		if (*word != '"')
			return false;
		end = close_string(word);
		value = *end ? end + 1 + strspn(end + 1, WHITE) : end;
		if (*value != ':')
			return false;
		value += 1 + strspn(value + 1, WHITE);
		if ((size_t)(end - word - 1) == len && memcmp(word + 1, key, len) == 0) {
			*ret = (struct member){ from, value, value_end(value) };
			return true;
		}
		from = value_end(value);
		from += strspn(from, WHITE);
	}
	return false;
}
