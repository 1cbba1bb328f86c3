/* Where a member of an object stands in its JSON text: for those who take or change nothing else.
 */
#ifndef V6HOOK_MEMBER_H
#define V6HOOK_MEMBER_H

#include <stdbool.h>

struct member {
	const char *from;  /* behind the brace or comma before it */
	const char *value; /* its value begins */
	const char *end;   /* behind its value; where the text ends, if it is cut short there */
};

/*
 * Finds a member of an object in JSON text, without a tree: keys are compared byte for byte, so
 * that one with escapes is not found, and of keys that stand twice it is the first.
 * @text: begins with the object, but for a byte order mark and white space; ended by a zero byte; what is no JSON, or is
 * cut short, is no harm
 * Returns whether there is one.
 */
bool member_find(const char *text, const char *key, struct member *ret);

#endif
