/* Where LXC keeps its containers, and how a container's identity tells that. */
#include "runtime/lxc_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/text.h"
#include "base/user.h"
#include "runtime/runtime.h"

#define LXC_PATH "/var/lib/lxc" /* lxc.system.conf(5), lxc.lxcpath */
#define LXC_CONF "/etc/lxc/lxc.conf"
#define LXC_USER_PATH ".local/share/lxc" /* in the home directory: lxc.conf(5) */

void lxc_path_standard(uid_t owner, char *ret, size_t size)
{
	_free_ char *text = NULL;
	char *line, *rest, home[PATH_MAX];
	size_t len;

	if (owner) {
		snprintf(ret, size, "%.3000s/" LXC_USER_PATH, user_home(owner, home, sizeof(home)));
		return;
	}
	snprintf(ret, size, "%s", LXC_PATH);
	if (file_read(AT_FDCWD, LXC_CONF, 65536, &text, &len) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char value[PATH_MAX];

		if (sscanf(line, " lxc.lxcpath = %4095s", value) == 1 && *value == '/')
			snprintf(ret, size, "%s", value);
	}
}

/* Removes slashes that mean nothing: double ones and the last. */
static void tidy_path(char *path)
{
	char *to = path;

	for (const char *from = path; *from; from++)
		if (*from != '/' || (from[1] != '/' && (from[1] != '\0' || to == path)))
			*to++ = *from;
	*to = '\0';
}

int runtime_lxc_path(const char *lxcpath, uid_t owner, char *ret, size_t size, struct error *e)
{
	char standard[PATH_MAX], path[PATH_MAX];

	if (!lxcpath) {
		*ret = '\0';
		return 0;
	}
	if (*lxcpath != '/' || strlen(lxcpath) > IDENT_PATH_MAX ||
	    !text_is_utf8(lxcpath, strlen(lxcpath)) || text_has_control(lxcpath))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "LXC path '%.80s' is not an absolute path in UTF-8 of at most %d "
				 "bytes, without control characters",
				 lxcpath, IDENT_PATH_MAX);
	snprintf(path, sizeof(path), "%s", lxcpath);
	lxc_path_standard(owner, standard, sizeof(standard));
	tidy_path(path);
	tidy_path(standard);
	snprintf(ret, size, "%s", strcmp(path, standard) == 0 ? "" : path);
	return 0;
}
