/* Users of this machine: by name for people, by number in what is stored. */
#ifndef V6HOOK_USER_H
#define V6HOOK_USER_H

#include <stddef.h>
#include <sys/types.h>

#define USER_NAME_MAX 64 /* bytes of a name, its end included; useradd(8) allows 32 */

/* The number of a user given by name or number. Returns 0 or -ENOENT. */
int user_find(const char *text, uid_t *ret);

/* The user's name, or the number as text if there is none. Returns out. */
char *user_name(uid_t uid, char *out, size_t size);

/* The user's home directory, or "". Returns out. */
char *user_home(uid_t uid, char *out, size_t size);

#endif
