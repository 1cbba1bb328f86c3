/*
 * The lease store in a directory: one small JSON file a lease, readable with cat.
 *
 *     STATE_DIR/leases/2001:db8::5.json            the lease of that address
 *     STATE_DIR/leases/lxc:web1.json               a link to it, named for its holder
 *     STATE_DIR/leases/lxc:web1.json.left          a link to another, while it gets or changes it
 *     STATE_DIR/leases/2001:db8::5.json.damaged    could not be read: the address stays taken
 *     STATE_DIR/attached/lxc:web1.json             the live attachment of that container
 *     STATE_DIR/lock                               ranges of it are locked, it stays empty
 *
 * Theory of operation: a claim writes the lease under a name of its own, fsyncs it, and renames it
 * to the address without replacing (renameat2(2), RENAME_NOREPLACE): the one atomic step. Then the
 * holder's link is made and the directory fsynced. Killed between the two, the lease has no link
 * but the one that was made before (link_dir.c). Before an address goes to another its former
 * holder's link is removed, so that a link never names another's lease and whatever a damaged file
 * said can be had again from the link to it.
 *
 * Every look-up is by name: nothing reads the directory but walk, for list and reclaim.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/note.h"
#include "store/lease_dir.h"

/* Restores the lease that a damaged file held, as far as its holder's link tells. */
static int restore(struct lease_dir *d, const char *ident, const char *file, struct lease *ret,
		   struct error *e)
{
	struct lease lease = { .created = time(NULL) };
	char aside[96];
	int r;

	if (!lease_dir_file_address(file, &lease.address))
		return 0;
	snprintf(lease.ident, sizeof(lease.ident), "%s", ident);
	r = lease_dir_write(d, &lease, RENAME_NOREPLACE);
	if (r == 0)
		r = lease_dir_sync(d);
	if (r < 0)
		return lease_dir_fail(d, "restore", file, r, e);
	snprintf(aside, sizeof(aside), "%s" LEASE_DIR_DAMAGED, file);
	note(NOTE_WARNING, "restored lease %s of %s from its link; it is not pinned now", file,
	     ident);
	/* the address is spoken for again: what was set aside need not keep it taken */
	renameat(d->leases, aside, d->top, aside);
	*ret = lease;
	return 1;
}

/* the operations */

static int dir_find(struct lease_store *s, const char *ident, struct lease *ret, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct lease lease;
	char file[64];
	int r = d->leases < 0 ? 0 : lease_dir_follow(d, ident, file);

	if (r < 0)
		return lease_dir_fail(d, "read the link of", ident, r, e);
	if (d->leases < 0 || !*file)
		return 0;
	if (!lease_dir_file_address(file, &lease.address))
		return 0;
	r = lease_dir_read(d, file, &lease);
	if (r == -EBADMSG) {
		lease_dir_set_aside(d, file);
		r = -ENOENT;
	}
	if (r == -ENOENT)
		return lease_dir_is_damaged(d, file) ? restore(d, ident, file, ret, e) : 0;
	if (r < 0)
		return lease_dir_fail(d, "read lease", file, r, e);
	if (lease.freed || strcmp(lease.ident, ident) != 0)
		return 0;
	*ret = lease;
	return 1;
}

/* Makes a lease file that stands for this container already its lease again. */
static int take_over(struct lease_dir *d, const struct lease *lease, struct lease *held,
		     struct error *e)
{
	char file[64];
	int r = 0;

	lease_dir_address_file(&lease->address, file, sizeof(file));
	if (held->freed || held->pinned != lease->pinned)
		r = lease_dir_write(d, lease, 0);
	if (r == 0)
		r = lease_dir_link(d, lease->ident, file);
	if (r == 0)
		r = lease_dir_sync(d);
	return r < 0 ? lease_dir_fail(d, "write lease", file, r, e) : 0;
}

/* As dir_claim; -ENOENT if what stood in the way was removed meanwhile. */
static int try_claim(struct lease_store *s, const struct lease *lease, struct lease *ret_holder,
		     struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	char file[64];
	int r = -EEXIST;

	lease_dir_address_file(&lease->address, file, sizeof(file));
	if (lease_dir_is_damaged(d, file))
		return -EBADMSG;
	/* most that are taken are seen to be without writing anything */
	if (faccessat(d->leases, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		/* one that is claimed only to rest has no holder */
		r = lease->freed ? 0 : lease_dir_intend(d, lease->ident, file);
		if (r == 0)
			r = lease_dir_write(d, lease, RENAME_NOREPLACE);
		if (r < 0)
			lease_dir_forget(d, lease->ident, file);
	}
	if (r == -EEXIST) {
		r = lease_dir_read(d, file, ret_holder);
		if (r == -EBADMSG) {
			lease_dir_set_aside(d, file);
			return -EBADMSG;
		}
		if (r == -ENOENT)
			return r;
		if (r < 0)
			return lease_dir_fail(d, "read lease", file, r, e);
		if (strcmp(ret_holder->ident, lease->ident) == 0 && !ret_holder->freed)
			return take_over(d, lease, ret_holder, e);
		return -EEXIST;
	}
	if (r < 0)
		return lease_dir_fail(d, "write lease", file, r, e);
	if (!lease_dir_is_damaged(d, file)) {
		r = lease->freed ? 0 : lease_dir_link(d, lease->ident, file);
		if (r == 0)
			r = lease_dir_sync(d);
		if (r == 0)
			return 0;
		lease_dir_unlink(d, lease->ident, file);
	}
	unlinkat(d->leases, file, 0);
	return r == 0 ? -EBADMSG : lease_dir_fail(d, "write lease", file, r, e);
}

static int dir_claim(struct lease_store *s, const struct lease *lease, struct lease *ret_holder,
		     struct error *e)
{
	for (int tries = 0; tries < 16; tries++) {
		int r = try_claim(s, lease, ret_holder, e);

		if (r != -ENOENT)
			return r;
	}
	return -EBADMSG; /* a link to nowhere */
}

static int dir_update(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct lease old;
	char file[64];
	bool had;
	int r;

	lease_dir_address_file(&lease->address, file, sizeof(file));
	had = lease_dir_read(d, file, &old) == 0;
	r = lease_dir_write(d, lease, 0);
	if (r == 0) {
		r = lease_dir_sync(d);
		if (r < 0 && had)
			lease_dir_write(d, &old, 0);
	}
	/* a link that comes back with a power loss leads to what rests: it is none */
	if (r == 0 && lease->freed)
		lease_dir_unlink(d, lease->ident, file);
	return r < 0 ? lease_dir_fail(d, "write lease", file, r, e) : 0;
}

static int dir_rename(struct lease_store *s, const struct lease *lease, const char *ident,
		      struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct lease renamed = *lease;
	char file[64];
	int r;

	lease_dir_address_file(&lease->address, file, sizeof(file));
	snprintf(renamed.ident, sizeof(renamed.ident), "%s", ident);
	/* each step is durable before the next: whenever the power goes, one of the two has it */
	r = lease_dir_link(d, ident, file);
	if (r == 0)
		r = lease_dir_sync(d);
	if (r == 0)
		r = lease_dir_write(d, &renamed, 0);
	if (r < 0) {
		lease_dir_unlink(d, ident, file);
		return lease_dir_fail(d, "rename lease", file, r, e);
	}
	r = lease_dir_sync(d);
	if (r == 0) {
		lease_dir_unlink(d, lease->ident, file);
		r = lease_dir_sync(d);
	}
	return r < 0 ? lease_dir_fail(d, "rename lease", file, r, e) : 0;
}

static int dir_remove(struct lease_store *s, const struct lease *lease, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct lease held;
	char file[64];
	int r;

	lease_dir_address_file(&lease->address, file, sizeof(file));
	r = lease_dir_read(d, file, &held);
	if (r == -ENOENT || r == -EBADMSG ||
	    (r == 0 && (strcmp(held.ident, lease->ident) != 0 || held.freed != lease->freed)))
		return -ESTALE;
	lease_dir_unlink(d, lease->ident, file);
	if (r == 0 && unlinkat(d->leases, file, 0) < 0)
		r = -errno;
	return r < 0 ? lease_dir_fail(d, "remove lease", file, r, e) : 0;
}

static int dir_at(struct lease_store *s, const struct in6_addr *address, struct lease *ret,
		  struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	char file[64];
	int r;

	if (d->leases < 0)
		return 0;
	lease_dir_address_file(address, file, sizeof(file));
	if (!ret)
		return faccessat(d->leases, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		       lease_dir_is_damaged(d, file);
	r = lease_dir_read(d, file, ret);
	if (r == -ENOENT || r == -EBADMSG)
		return 0;
	return r < 0 ? lease_dir_fail(d, "read lease", file, r, e) : 1;
}

static int dir_walk(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		    void *arg, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	int r = 0;

	if (d->leases < 0)
		return 0;
	dir = lease_dir_entries(d->leases, &r);
	if (!dir)
		return lease_dir_fail(d, "read", "leases", r, e);
	while ((entry = lease_dir_next(dir, &r))) {
		struct in6_addr address;
		struct lease lease;

		if (!lease_dir_file_address(entry->d_name, &address))
			continue;
		r = lease_dir_read(d, entry->d_name, &lease);
		if (r == -ENOENT)
			continue;
		if (r == -EBADMSG) {
			note(NOTE_WARNING, "lease file %s/leases/%s is damaged: left out", d->path,
			     entry->d_name);
			continue;
		}
		if (r < 0)
			return lease_dir_fail(d, "read lease", entry->d_name, r, e);
		r = each(&lease, arg);
		if (r != 0)
			return r;
	}
	return r < 0 ? lease_dir_fail(d, "read", "leases", r, e) : 0;
}

static void dir_close(struct lease_store *s)
{
	struct lease_dir *d = lease_dir_of(s);

	cleanup_close(&d->leases);
	cleanup_close(&d->attached);
	cleanup_close(&d->top);
	free(d);
}

static const struct lease_store_ops dir_ops = {
	.close = dir_close,
	.lock = lease_dir_lock,
	.find = dir_find,
	.at = dir_at,
	.former = lease_dir_former,
	.claim = dir_claim,
	.update = dir_update,
	.rename = dir_rename,
	.remove = dir_remove,
	.walk = dir_walk,
	.attachment = lease_dir_attachment,
	.walk_attachments = lease_dir_walk_attachments,
	.attach = lease_dir_attach,
	.sweep = lease_dir_sweep,
};

/*
 * Opens the directory name in at, making it if write is set; a new one is made durable.
 * Returns 0 with -1 in *ret_fd for a reader that finds none, or -errno.
 */
static int open_dir(int at, const char *name, bool write, int *ret_fd)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = openat(at, name, flags);

	if (fd < 0 && errno == ENOENT && write) {
		if (mkdirat(at, name, 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(at, name, flags);
		if (fd >= 0 && at != AT_FDCWD && fsync(at) < 0) {
			close(fd);
			return -errno;
		}
	}
	if (fd < 0 && !(errno == ENOENT && !write))
		return -errno;
	*ret_fd = fd;
	return 0;
}

/*
 * Makes the names of the store's directories durable unless that has been done: whoever made them
 * may not have come to it yet. The lock is made only after it, by those that have opened the store.
 * Returns 0 or -errno.
 */
static int settle_dirs(struct lease_dir *d)
{
	_close_ int above = -1;

	if (faccessat(d->top, "lock", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	above = openat(d->top, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* one that may not be read was not made a moment ago by one of us */
	if (fsync(d->top) < 0 || (above >= 0 && fsync(above) < 0))
		return errno == EROFS ? 0 : -errno;
	return 0;
}

int lease_dir_open(const char *path, bool write, struct lease_store **ret, struct error *e)
{
	_lease_store_ struct lease_store *s = NULL;
	struct lease_dir *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return error_sys(e, -ENOMEM, "cannot open %s", path);
	d->store.ops = &dir_ops;
	d->top = d->leases = d->attached = -1;
	s = &d->store;
	if ((size_t)snprintf(d->path, sizeof(d->path), "%s", path) >= sizeof(d->path))
		return error_sys(e, -ENAMETOOLONG, "cannot open %.100s", path);
	r = open_dir(AT_FDCWD, path, write, &d->top);
	if (r == 0 && d->top >= 0)
		r = open_dir(d->top, "leases", write, &d->leases);
	if (r == 0 && d->top >= 0)
		r = open_dir(d->top, "attached", write, &d->attached);
	if (r == 0 && write)
		r = settle_dirs(d);
	if (r < 0)
		return error_sys(e, r, "cannot open the lease store %s", path);
	*ret = steal_ptr(&s);
	return 0;
}
