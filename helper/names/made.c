/* The files that are made of what is stored: how they are put in place, and what is in the way. */
#include "names/made.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* Says that there is no such directory, or that it is none. Returns r. */
static int tell_missing(const char *key, const char *path, int r, struct error *e)
{
	const int len = (int)(strrchr(path, '/') - path);

	return error_set(
		e, STATUS_FAILED, r,
		"cannot write %s, the file of \"%s\": there is no directory %.*s: mkdir -p "
		"%.*s; systemctl restart v6hook-watch",
		path, key, len, path, len, path);
}

int made_write(const char *key, const char *path, const char *text, size_t len, struct error *e)
{
	int r = file_replace(path, MADE_MARK, text, len, false);

	if (r == -EEXIST)
		return error_set(
			e, STATUS_FAILED, r,
			"%s is there and not made by v6hook: move it away, or name another "
			"as \"%s\"",
			path, key);
	/* it is made where it may be: the service's unit does not let it write everywhere */
	if (r == -ENOENT || r == -ENOTDIR)
		return tell_missing(key, path, r, e);
	return r < 0 ? error_sys(e, r, "cannot write %s, the file of \"%s\"", path, key) : 0;
}

int made_look(const char *key, const char *path, struct error *e)
{
	_free_ char *dir = path ? strndup(path, (size_t)(strrchr(path, '/') - path) + 1) : NULL;

	if (!dir || access(dir, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return 0;
	return tell_missing(key, path, -errno, e);
}
