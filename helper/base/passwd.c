/* The system's list of users, wherever it comes from (NSS): one entry. */
#include "base/passwd.h"

bool passwd_by_name(const char *name, struct passwd *ret, char *buffer, size_t size)
{
	struct passwd *found = NULL;

	return getpwnam_r(name, ret, buffer, size, &found) == 0 && found;
}

bool passwd_by_uid(uid_t uid, struct passwd *ret, char *buffer, size_t size)
{
	struct passwd *found = NULL;

	return getpwuid_r(uid, ret, buffer, size, &found) == 0 && found;
}
