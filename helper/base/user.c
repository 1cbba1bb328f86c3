/* Users of this machine: by name for people, by number in what is stored. */
#include "base/user.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/passwd.h"
#include "base/text.h"

int user_find(const char *text, uid_t *ret)
{
	char buffer[PASSWD_MAX];
	struct passwd entry;
	unsigned long number;

	if (*text >= '0' && *text <= '9') {
		/* the last number means "none" to the kernel */
		if (!text_to_number(text, UINT32_MAX - 1, &number))
			return -ENOENT;
		*ret = (uid_t)number;
		return 0;
	}
	if (!passwd_by_name(text, &entry, buffer, sizeof(buffer)))
		return -ENOENT;
	*ret = entry.pw_uid;
	return 0;
}

char *user_name(uid_t uid, char *out, size_t size)
{
	char buffer[PASSWD_MAX];
	struct passwd entry;

	if (passwd_by_uid(uid, &entry, buffer, sizeof(buffer)))
		snprintf(out, size, "%s", entry.pw_name);
	else
		snprintf(out, size, "%u", uid);
	return out;
}

char *user_home(uid_t uid, char *out, size_t size)
{
	char buffer[PASSWD_MAX];
	struct passwd entry;

	*out = '\0';
	if (passwd_by_uid(uid, &entry, buffer, sizeof(buffer)))
		snprintf(out, size, "%s", entry.pw_dir);
	return out;
}
