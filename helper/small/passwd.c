/* The system's list of users, as far as a static program can read it: the whole one does. */
#include "base/passwd.h"

#include "base/whole.h"

bool passwd_by_name(const char *name, struct passwd *ret, char *buffer, size_t size)
{
	(void)name, (void)ret, (void)buffer, (void)size;
	whole_become();
	return false;
}

bool passwd_by_uid(uid_t uid, struct passwd *ret, char *buffer, size_t size)
{
	(void)uid, (void)ret, (void)buffer, (void)size;
	whole_become();
	return false;
}
