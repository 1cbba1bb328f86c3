/*
 * The directory store's links: which of the leases in a container's name is its present one.
 *
 * Theory of operation: a container that gets or changes its address has a lease file for a while
 * that its link does not lead to. A second link (".left") leads to that one: to the new file before
 * it is made, and to the former one when, in one step, the two links have changed places. It goes
 * when the former is given up. Killed in between, the next run finds by name what there is: without
 * a present lease that one is it, beside one it is to be given up.
 */
#include <errno.h>
#include <fcntl.h>
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
	snprintf(l.left, sizeof(l.left), "%.290s" LEASE_DIR_LEFT, l.present);
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

bool lease_dir_leads_to(struct lease_dir *d, const char *link, const char *file)
{
	char now[64];

	return read_link(d, link, now) == 0 && strcmp(now, file) == 0;
}

/* Removes a link if it points to this lease file. */
static void remove_link(struct lease_dir *d, const char *link, const char *file)
{
	if (lease_dir_leads_to(d, link, file))
		unlinkat(d->leases, link, 0);
}

/* Makes a link point to the lease file, whatever it was before. Returns 0 or -errno. */
static int replace_link(struct lease_dir *d, const char *link, const char *file)
{
	char fresh[64];
	int r;

	lease_dir_making(d, true);
	snprintf(fresh, sizeof(fresh), FILE_NEW "link-%d", (int)getpid());
	unlinkat(d->leases, fresh, 0);
	r = symlinkat(file, d->leases, fresh) < 0
		    ? -errno
		    : lease_dir_replace(d, d->leases, fresh, link, "it is no link");
	lease_dir_making(d, false);
	return r;
}

int lease_dir_is_own(struct lease_dir *d, const char *ident, const char *file, struct lease *ret)
{
	struct in6_addr address;
	int r = lease_dir_file_address(file, &address) ? lease_dir_read(d, file, ret) : -EBADMSG;

	if (r == -ENOENT || r == -EBADMSG)
		return 0;
	return r < 0 ? r : !ret->freed && strcmp(ret->ident, ident) == 0;
}

/*
 * Makes the second link lead to a file, unless it leads to another lease of the container already,
 * of an earlier run that was killed; or to what is the present one by now. @ret: which file it
 * leads to then. Returns 0 or -errno.
 */
static int keep_in_mind(struct lease_dir *d, const char *ident, const struct links *l,
			const char *file, const char *present, char ret[64])
{
	struct lease ignored;
	int r = 0;

	if (symlinkat(file, d->leases, l->left) < 0) {
		r = errno == EEXIST ? read_link(d, l->left, ret) : -errno;
		if (r < 0 || strcmp(ret, file) == 0 ||
		    (strcmp(ret, present) != 0 && lease_dir_is_own(d, ident, ret, &ignored) == 1))
			return r;
		r = replace_link(d, l->left, file);
	}
	snprintf(ret, 64, "%s", file);
	return r;
}

int lease_dir_intend(struct lease_dir *d, const char *ident, const char *file)
{
	struct links l = links_of(ident);
	char present[64], ignored[64];
	int r = read_link(d, l.present, present);

	return r < 0 ? r : keep_in_mind(d, ident, &l, file, present, ignored);
}

void lease_dir_forget(struct lease_dir *d, const char *ident, const char *file)
{
	struct links l = links_of(ident);

	remove_link(d, l.left, file);
}

int lease_dir_link(struct lease_dir *d, const char *ident, const char *file)
{
	struct links l = links_of(ident);
	char present[64], left[64];
	int r = read_link(d, l.present, present);

	if (r == 0 && strcmp(present, file) == 0) {
		remove_link(d, l.left, file);
		return 0;
	}
	if (r == 0)
		r = keep_in_mind(d, ident, &l, file, present, left);
	if (r < 0)
		return r;
	/* the file is durable first: a power loss must not leave the link without it */
	if (*present && fsync(d->leases) < 0)
		return -errno;
	/* one step: the new one becomes the present one, and that the former */
	if (strcmp(left, file) == 0 &&
	    renameat2(d->leases, l.left, d->leases, l.present, *present ? RENAME_EXCHANGE : 0) == 0)
		return 0;
	r = replace_link(d, l.present, file);
	if (r == 0)
		remove_link(d, l.left, file);
	return r;
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
	struct lease ignored;
	int r = read_link(d, l.present, ret);

	if (r == 0 && !*ret)
		r = read_link(d, l.left, ret);
	else
		return r;
	/* it may be of a claim that another has won, or that has not come to it */
	if (r == 0 && *ret)
		r = lease_dir_is_own(d, ident, ret, &ignored);
	if (r == 0)
		*ret = '\0';
	return r < 0 ? r : 0;
}

bool lease_dir_has_link(struct lease_dir *d, const char *ident)
{
	struct links l = links_of(ident);

	return faccessat(d->leases, l.present, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
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
		r = lease_dir_is_own(d, ident, left, &lease);
	if (r == 1 && !*now && renameat(d->leases, l.left, d->leases, l.present) < 0)
		r = -errno;
	if (r < 0)
		return lease_dir_fail(d, "read the lease behind", l.left, r, e);
	if (r == 1 && !*now)
		return 0;
	if (r == 0 || strcmp(now, left) == 0) {
		unlinkat(d->leases, l.left, 0);
		return 0;
	}
	*ret = lease;
	return 1;
}
