/*
 * Files of the host's that are put in place whole, the old one kept, and taken back byte for byte.
 *
 * Theory of operation: what was there before gets a second name and keeps its inode, and with it
 * owner, mode and times; the new one is renamed over the first. So there is no moment without a
 * file, and taking it back is one rename, too. A run may be killed between any two of these: two
 * names of one inode mean that the new one never came (and rename(2) does nothing for them).
 */
#include "disk/put.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/note.h"

#define FILE_MAX (1024 * 1024) /* bytes: nothing that is put in place is as long */

/* A file by its directory and the names that it may have there. */
struct place {
	int dir;
	char name[128], before[160], edited[160];
};

static void place_close(const struct place *p)
{
	cleanup_close(&p->dir);
}
#define _place_ CLEANUP(place_close)

/* What comes before the name of one that is kept: interfaces(5) reads all that is not hidden. */
static const char *hide(const char *path)
{
	return strstr(path, "/interfaces.d/") ? "." : "";
}

void put_beside(const char *path, const char *suffix, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	snprintf(out, PATH_MAX, "%.*s%s%s%s", (int)(name - path), path, hide(path), name, suffix);
}

/* Opens the directory of a file. Returns 0 or -errno. */
static int place_open(const char *path, struct place *ret)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	_free_ char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!dir)
		return -ENOMEM;
	if (!*name || strlen(name) >= sizeof(ret->name))
		return -EINVAL;
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	snprintf(ret->before, sizeof(ret->before), "%s%s" PUT_BEFORE, hide(path), name);
	snprintf(ret->edited, sizeof(ret->edited), "%s%s" PUT_EDITED, hide(path), name);
	ret->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return ret->dir < 0 ? -errno : 0;
}

/* Whether the file is there and its text is another. */
static bool differs(const struct place *p, const char *text)
{
	_free_ char *now = NULL;
	size_t len;
	int r = file_read(p->dir, p->name, FILE_MAX, &now, &len);

	return r == 0 ? len != strlen(text) || memcmp(now, text, len) != 0 : r != -ENOENT;
}

/* Gives the file a second name, under which it stays. Returns 0 or -errno. */
static int keep_edited(const struct place *p, const char *path)
{
	char edited[PATH_MAX];
	struct stat st;

	/* which has no second name */
	if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		return -EISDIR;
	if (unlinkat(p->dir, p->edited, 0) < 0 && errno != ENOENT)
		return -errno;
	if (linkat(p->dir, p->name, p->dir, p->edited, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	put_beside(path, PUT_EDITED, edited);
	note(NOTE_WARNING, "%s was changed since setup wrote it: that one is kept as %s", path,
	     edited);
	return 0;
}

/* Whether both names are of one file. */
static bool is_one(const struct place *p)
{
	struct stat name, before;

	return fstatat(p->dir, p->name, &name, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(p->dir, p->before, &before, AT_SYMLINK_NOFOLLOW) == 0 &&
	       name.st_dev == before.st_dev && name.st_ino == before.st_ino;
}

static bool is_there(const struct place *p, const char *name)
{
	return faccessat(p->dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Gives a new file the owner and the mode of the one whose place it takes, as far as it may. */
static void resemble(const struct place *p, const char *fresh)
{
	_close_ int fd = openat(p->dir, fresh, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstatat(p->dir, p->name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
	    fchown(fd, st.st_uid, st.st_gid) == 0)
		fchmod(fd, st.st_mode & 0777);
}

int put_file(const char *path, const char *text, const char *former, bool keep, struct error *e)
{
	_place_ struct place p = { .dir = -1 };
	char fresh[64];
	int r = place_open(path, &p);

	if (r == 0 && keep && !is_there(&p, p.before) &&
	    linkat(p.dir, p.name, p.dir, p.before, 0) < 0)
		r = -errno;
	if (r == 0 && former && !is_one(&p) && differs(&p, former))
		r = keep_edited(&p, path);
	if (r == 0)
		r = file_new(p.dir, text, strlen(text), true, fresh);
	if (r == 0)
		resemble(&p, fresh);
	if (r == 0 && renameat(p.dir, fresh, p.dir, p.name) < 0) {
		r = -errno;
		unlinkat(p.dir, fresh, 0);
	}
	if (r == 0 && fsync(p.dir) < 0)
		r = -errno;
	return r < 0 ? error_sys(e, r, "cannot write %s", path) : 0;
}

/* Removes what runs that were killed have begun. */
static void sweep(const struct place *p)
{
	int fd = openat(p->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		unsigned int pid, turn;
		int end = 0;

		/* as file_new names them */
		if (sscanf(entry->d_name, FILE_NEW "%u-%u%n", &pid, &turn, &end) == 2 &&
		    !entry->d_name[end])
			unlinkat(p->dir, entry->d_name, 0);
	}
}

/* Puts back the one that was there before. Returns 0 or -errno. */
static int bring_back(const struct place *p, const char *path, const char *text)
{
	int r = 0;

	/* it has been brought back already, or was never moved */
	if (!is_there(p, p->before))
		return 0;
	if (is_one(p))
		return unlinkat(p->dir, p->before, 0) < 0 ? -errno : 0;
	if (differs(p, text))
		r = keep_edited(p, path);
	return r == 0 && renameat(p->dir, p->before, p->dir, p->name) < 0 ? -errno : r;
}

int put_back(const char *path, const char *text, bool keep, bool amended, struct error *e)
{
	_place_ struct place p = { .dir = -1 };
	char before[PATH_MAX];
	int r = place_open(path, &p);

	/* the directory has gone, and the file with it */
	if (r == -ENOENT)
		return 0;
	if (r == 0) {
		sweep(&p);
		if (amended && is_there(&p, p.before) && !is_one(&p) && differs(&p, text)) {
			put_beside(path, PUT_BEFORE, before);
			note(NOTE_WARNING,
			     "%s was changed since setup wrote in it, and stays as it is: what it "
			     "was before is %s",
			     path, before);
			return 0;
		}
		if (keep)
			r = bring_back(&p, path, text);
		else if (differs(&p, text))
			r = keep_edited(&p, path);
	}
	/* where nothing can be written, to unlink what is not there fails otherwise */
	if (r == 0 && !keep && is_there(&p, p.name) && unlinkat(p.dir, p.name, 0) < 0)
		r = -errno;
	if (r == 0 && fsync(p.dir) < 0)
		r = -errno;
	return r < 0 ? error_sys(e, r, "cannot put %s back", path) : 0;
}

void put_sweep(const char *path)
{
	_place_ struct place p = { .dir = -1 };

	if (place_open(path, &p) == 0)
		sweep(&p);
}

int put_directory(const char *path, struct error *e)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_sys(e, -errno, "cannot make the directory %s", path);
	return 0;
}
