/* How instances of Incus are named here. */
#ifndef V6HOOK_INCUS_NAME_H
#define V6HOOK_INCUS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#define INCUS_NAME_MAX 80 /* bytes of an instance's name here, with the zero at the end */

/*
 * An instance is named as Incus itself names it on the host, in its directories and control groups:
 * NAME, or PROJECT_NAME if its project is not "default". A name is a host's (letters, digits,
 * dashes, 63 at most) and holds no "_", so that the last one parts the two. A project's may be
 * almost anything; here it is of letters, digits, "_", "." and "-".
 */

/* Whether there can be an instance of that name. */
bool incus_can_exist(const char *name);

/*
 * Puts the name together. Returns 0, -EINVAL if the two can be none, or -ENAMETOOLONG.
 * @project: or null
 */
int incus_name(const char *project, const char *instance, char ret[INCUS_NAME_MAX]);

/* The same of /1.0/instances/NAME[?project=PROJECT], as its API refers to one. Returns as above. */
int incus_name_of(const char *reference, size_t len, char ret[INCUS_NAME_MAX]);

/* Where the instance's own name begins: 0, or after the project's and "_". @name: one that can
 * exist */
size_t incus_name_part(const char *name);

/* Whether it is an instance's ID (volatile.uuid): 36 lower-case hexadecimal digits and dashes. */
bool incus_is_id(const char *text);

#endif
