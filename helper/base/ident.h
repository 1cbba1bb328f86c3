/* Whose lease it is: a container's name within its engine (and LXC path, and user). */
#ifndef V6HOOK_IDENT_H
#define V6HOOK_IDENT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define IDENT_RUNTIME_MAX 15
#define IDENT_NAME_MAX 255
#define IDENT_PATH_MAX 1023
#define IDENT_PLACE_MAX 192 /* bytes of a place, see runtime.h, with the zero at the end */
#define IDENT_USER_MAX 11   /* digits of a user's number, and the slash */
#define IDENT_TEXT_MAX \
	(IDENT_USER_MAX + IDENT_RUNTIME_MAX + 1 + IDENT_NAME_MAX + 1 + IDENT_PATH_MAX + 1)

struct ident {
	uid_t owner; /* whose container: an ordinary user's, or 0 for root's */
	char runtime[IDENT_RUNTIME_MAX +
		     1]; /* "lxc", "docker", "podman", "incus"; empty: not said */
	char name[IDENT_NAME_MAX + 1];
	char path[IDENT_PATH_MAX + 1]; /* the LXC path where it is not the default one, else "" */
};

/*
 * Reads CONTAINER as a user types it: NAME, or RUNTIME:NAME with a runtime of the given table, or
 * USER/RUNTIME:NAME for a container of an ordinary user, given by name or number.
 * @runtimes: names of the engines, ended by a null
 * Refuses (STATUS_USAGE, -EINVAL) an empty name, one over 255 bytes, with a "/", a control
 * character or bytes that are not UTF-8, and the names "." and "..".
 */
int ident_parse(const char *text, const char *const *runtimes, struct ident *ret, struct error *e);

/*
 * Writes RUNTIME:NAME, with @PATH after it for another LXC path and NUMBER/ before it for a user's
 * container: the key of a lease. No two containers share one, because a name holds no "/" and a
 * path begins with it.
 * @out: IDENT_TEXT_MAX bytes. Returns out.
 */
char *ident_text(const struct ident *id, char *out);

/* Writes it as CONTAINER, which ident_parse reads; without the path. @out as above. Returns out. */
char *ident_container(const struct ident *id, char *out);

/* Writes it for people: as ident_text, but with the user's name. Returns out. */
char *ident_shown(const struct ident *id, char *out, size_t size);

/* Reads back what ident_text wrote. Returns 0 or -EINVAL. */
int ident_from_text(const char *text, struct ident *ret);

/* The same as an administrator writes it: the user by name or number. Returns 0 or -EINVAL. */
int ident_from_key(const char *text, struct ident *ret);

#endif
