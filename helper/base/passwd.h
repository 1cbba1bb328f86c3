/* The system's list of users, wherever it comes from (NSS): one entry. */
#ifndef V6HOOK_PASSWD_H
#define V6HOOK_PASSWD_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PASSWD_MAX 4096 /* bytes of one entry */

/* Whether there is one; its texts are in the buffer. */
bool passwd_by_name(const char *name, struct passwd *ret, char *buffer, size_t size);
bool passwd_by_uid(uid_t uid, struct passwd *ret, char *buffer, size_t size);

#endif
