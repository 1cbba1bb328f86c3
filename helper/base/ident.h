/* Whose lease it is: a container's name within its engine (and LXC path). */
#ifndef V6HOOK_IDENT_H
#define V6HOOK_IDENT_H

#include "base/error.h"

#define IDENT_RUNTIME_MAX 15
#define IDENT_NAME_MAX 255
#define IDENT_PATH_MAX 1023
#define IDENT_TEXT_MAX (IDENT_RUNTIME_MAX + 1 + IDENT_NAME_MAX + 1 + IDENT_PATH_MAX + 1)

struct ident {
	char runtime[IDENT_RUNTIME_MAX + 1]; /* "lxc", "docker"; empty: not said */
	char name[IDENT_NAME_MAX + 1];
	char path[IDENT_PATH_MAX + 1]; /* the LXC path where it is not the default one, else "" */
};

/*
 * Reads CONTAINER as a user types it: NAME, or RUNTIME:NAME with a runtime of the given table.
 * @runtimes: names of the engines, ended by a null
 * Refuses (STATUS_USAGE, -EINVAL) an empty name, one over 255 bytes, with a "/", a control
 * character or bytes that are not UTF-8, and the names "." and "..".
 */
int ident_parse(const char *text, const char *const *runtimes, struct ident *ret, struct error *e);

/*
 * Writes RUNTIME:NAME, or RUNTIME:NAME@PATH for another LXC path: the key of a lease. No two
 * containers share one, because a name holds no "/" and a path begins with it.
 * @out: IDENT_TEXT_MAX bytes. Returns out.
 */
char *ident_text(const struct ident *id, char *out);

/* Reads back what ident_text wrote. Returns 0 or -EINVAL. */
int ident_from_text(const char *text, struct ident *ret);

#endif
