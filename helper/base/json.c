/* JSON taken strictly: whole, UTF-8, no key twice, every value of the type that was asked for. */
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/text.h"

#define MARK "\xef\xbb\xbf" /* the byte order mark of UTF-8 */
#define FLAGS (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)

/* Seeds the library's hashes with what the kernel gave this process, instead of opening a device.
 */
static void seed(void)
{
	static bool done;
	const void *given = (const void *)getauxval(AT_RANDOM); /* 16 bytes: getauxval(3) */
	uint32_t number = 0;

	if (done)
		return;
	if (given)
		memcpy(&number, given, sizeof(number));
	json_object_seed(number); /* 0 leaves it to the library */
	done = true;
}

/* Says why the text was refused. Returns -EINVAL or -ENOMEM. */
static int fail(const json_error_t *why, struct error *e)
{
	const char *near = strstr(why->text, "near '");
	char text[128]; /* what is wrong: as much of it as is of use */
	char place[32] = "";

	switch (json_error_code(why)) {
	case json_error_out_of_memory:
		return error_sys(e, -ENOMEM, "cannot read it");
	case json_error_invalid_utf8:
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: it is not UTF-8", why->line);
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: \\u0000 in a string",
				 why->line);
	case json_error_numeric_overflow:
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: a number is too large",
				 why->line);
	case json_error_duplicate_key:
		near = near ? near + strlen("near '") : "";
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d: key %.*s stands twice",
				 why->line, (int)strcspn(near, "'"), near);
	default:
		if (why->column > 0)
			snprintf(place, sizeof(place), ", column %d", why->column);
		return error_set(e, STATUS_USAGE, -EINVAL, "line %d%s: not valid JSON: %s",
				 why->line, place, text_escape(why->text, text, sizeof(text)));
	}
}

int json_parse(const char *text, size_t len, json_t **ret, struct error *e)
{
	_json_ json_t *tree = NULL;
	json_error_t why;

	seed();
	if (len == 0)
		return error_set(e, STATUS_USAGE, -EINVAL, "it is empty");
	if (memchr(text, '\0', len))
		return error_set(e, STATUS_USAGE, -EINVAL, "it holds a zero byte");
	if (len >= strlen(MARK) && memcmp(text, MARK, strlen(MARK)) == 0) {
		text += strlen(MARK);
		len -= strlen(MARK);
	}
	tree = json_loadb(text, len, FLAGS, &why);
	/* a number that fits no integer: as a floating one then, and the others, too */
	if (!tree && json_error_code(&why) == json_error_numeric_overflow)
		tree = json_loadb(text, len, FLAGS | JSON_DECODE_INT_AS_REAL, &why);
	if (!tree)
		return fail(&why, e);
	*ret = steal_ptr(&tree);
	return 0;
}

const char *json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool json_whole(const json_t *value, int64_t least, int64_t most, int64_t *ret)
{
	double number = json_number_value(value);
	int64_t whole;

	if (!json_is_number(value) ||
	    (json_is_real(value) && (number != floor(number) || number >= 9223372036854775808.0 ||
				     number < -9223372036854775808.0)))
		return false;
	whole = json_is_real(value) ? (int64_t)number : json_integer_value(value);
	if (whole < least || whole > most)
		return false;
	*ret = whole;
	return true;
}

void json_put_text(json_t **object, const char *key, const char *text)
{
	json_t *value = text ? json_string(text) : json_null();

	if (!value) {
		_free_ char *shown = malloc(4 * strlen(text) + 1);

		value = shown ? json_string(text_escape(text, shown, 4 * strlen(text) + 1)) : NULL;
	}
	if (*object && json_object_set_new(*object, key, value) < 0) {
		json_decref(*object);
		*object = NULL;
	}
}
