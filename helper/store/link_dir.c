/*
 * The directory store's links: which of the leases in a container's name is its present one.
 *
 * Theory of operation: a container that moves has two lease files for a while, the new one and the
 * one that it had before. Before its link is turned to the new one, a second link (".left") is made
 * to the other; it goes when that is given up. Killed in between, the next run finds it by name.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "store/lease_dir.h"

/* The names of a container's two links. */
struct links {
	char present[300];
	char left[300];
};

static struct links links_of(const char *ident)
{
	struct links l;

	lease_dir_ident_file(ident, l.present, sizeof(l.present));
	/* no ident has such a file: theirs end with .json */
	snprintf(l.left, sizeof(l.left), "%.290s.left", l.present);
	return l;
}

/* Reads a link. @ret: 64 bytes, "" if there is none. Returns 0 or -errno. */
static int read_link(struct lease_dir *d, const char *link, char *ret)
{
	ssize_t n = readlinkat(d->leases, link, ret, 63);

	ret[n < 0 ? 0 : n] = '\0';
	/* something else of that name is no link of ours */
	return n < 0 && errno != ENOENT && errno != EINVAL ? -errno : 0;
}

/* Removes a link if it points to this lease file. */
static void remove_link(struct lease_dir *d, const char *link, const char *file)
{
	char now[64];

	if (read_link(d, link, now) == 0 && strcmp(now, file) == 0)
		unlinkat(d->leases, link, 0);
}

/* Makes a link point to the lease file, whatever it was before. Returns 0 or -errno. */
static int replace_link(struct lease_dir *d, const char *link, const char *file)
{
	char fresh[64];
	int r = 0;

	lease_dir_making(d, true);
	snprintf(fresh, sizeof(fresh), FILE_NEW "link-%d", (int)getpid());
	unlinkat(d->leases, fresh, 0);
	if (symlinkat(file, d->leases, fresh) < 0) {
		r = -errno;
	} else if (renameat(d->leases, fresh, d->leases, link) < 0) {
		r = -errno;
		unlinkat(d->leases, fresh, 0);
	}
	lease_dir_making(d, false);
	return r;
}

int lease_dir_link(struct lease_dir *d, const char *ident, const char *file)
{
	struct links l = links_of(ident);
	char now[64];
	int r;

	if (symlinkat(file, d->leases, l.present) < 0) {
		if (errno != EEXIST)
			return -errno;
		r = read_link(d, l.present, now);
		if (r < 0)
			return r;
		if (strcmp(now, file) != 0) {
			/* one that is there already is of an earlier move that did not end */
			if (*now && symlinkat(now, d->leases, l.left) < 0 && errno != EEXIST)
				return -errno;
			/* the file is durable first: a power loss must not leave the link alone */
			r = fsync(d->leases) < 0 ? -errno : replace_link(d, l.present, file);
			if (r < 0) {
				remove_link(d, l.left, now);
				return r;
			}
		}
	}
	remove_link(d, l.left, file);
	return 0;
}

void lease_dir_unlink(struct lease_dir *d, const char *ident, const char *file)
{
	struct links l = links_of(ident);
	char now[64];

	remove_link(d, l.left, file);
	if (read_link(d, l.present, now) < 0 || strcmp(now, file) != 0)
		return;
	/* a move that is taken back: the former one is the present one again */
	if (renameat(d->leases, l.left, d->leases, l.present) < 0)
		unlinkat(d->leases, l.present, 0);
}

int lease_dir_follow(struct lease_dir *d, const char *ident, char *ret)
{
	struct links l = links_of(ident);

	return read_link(d, l.present, ret);
}

int lease_dir_former(struct lease_store *s, const char *ident, struct lease *ret, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct links l = links_of(ident);
	struct lease lease;
	char left[64], now[64];
	int r = read_link(d, l.left, left);

	if (r == 0 && !*left)
		return 0;
	if (r == 0)
		r = read_link(d, l.present, now);
	if (r == 0)
		r = lease_dir_file_address(left, &lease.address) ? lease_dir_read(d, left, &lease)
								 : -EBADMSG;
	if (r == -ENOENT || r == -EBADMSG ||
	    (r == 0 &&
	     (lease.freed || strcmp(lease.ident, ident) != 0 || strcmp(now, left) == 0))) {
		unlinkat(d->leases, l.left, 0);
		return 0;
	}
	if (r < 0)
		return lease_dir_fail(d, "read the lease behind", l.left, r, e);
	*ret = lease;
	return 1;
}
