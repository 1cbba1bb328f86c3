/* The small program becomes the whole one: it lies beside it, or in ../libexec. */
#include "base/whole.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/note.h"

#define NAME "v6hook-full"

static char **args;

void whole_begin(char **argv)
{
	args = argv;
}

bool whole_is(void)
{
	return false;
}

void whole_become(void)
{
	static const char *const places[] = { NAME, "../libexec/" NAME,
					      V6HOOK_LIBEXECDIR "/" NAME };
	char own[PATH_MAX], path[2 * PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	own[n > 0 ? n : 0] = '\0';
	slash = strrchr(own, '/');
	*(slash ? slash + 1 : own) = '\0';
	for (size_t i = 0; args && i < ARRAY_SIZE(places); i++) {
		/* without /proc it is not known where that is, and it is not where the user stands
		 */
		if (!slash && *places[i] != '/')
			continue;
		snprintf(path, sizeof(path), "%s%s", *places[i] == '/' ? "" : own, places[i]);
		execv(path, args);
		if (errno != ENOENT)
			break;
	}
	if (args)
		note(NOTE_WARNING,
		     "cannot run %s, by which engines are asked: %s: make install puts it in place",
		     path, strerror(errno));
	args = NULL;
}
