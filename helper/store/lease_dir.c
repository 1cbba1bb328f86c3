/*
 * The lease store in a directory: one small JSON file a lease, readable with cat.
 *
 *     STATE_DIR/leases/2001:db8::5.json            the lease of that address
 *     STATE_DIR/leases/lxc:web1.json               a link to it, named for its holder
 *     STATE_DIR/leases/lxc:web1.json.left          a link to another, while it gets or changes it
 *     STATE_DIR/leases/2001:db8::5.json.damaged    could not be read: the address stays taken
 *     STATE_DIR/2001:db8::5.json.damaged           the same, when the lease has been made again
 *     STATE_DIR/attached/lxc:web1.json             the live attachment of that container
 *     STATE_DIR/idle, STATE_DIR/full               hints (idle_dir.c)
 *     STATE_DIR/lock                               ranges of it are locked, it stays empty
 *
 * Theory of operation: a claim writes the lease under a name of its own, fsyncs it, and renames it
 * to the address without replacing (renameat2(2), RENAME_NOREPLACE): the one atomic step. Then the
 * holder's link is made and the directory fsynced. Killed between the two, the lease has no link
 * but the one that was made before (link_dir.c). Before an address goes to another its former
 * holder's link is removed, so that a link never names another's lease: a lease that is damaged can
 * be made again by the link to it (mend_dir.c).
 *
 * Every look-up is by name: nothing reads the directory but walk, for list and reclaim,
 * and who looks for the holder of a damaged lease.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/note.h"
#include "store/lease_dir.h"

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
		if (r == 0) {
			/* until it is attached, if ever */
			lease_dir_note_idle(d, &lease->address,
					    lease->freed ? lease->freed : lease->created);
			return 0;
		}
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
	if (r == 0 && lease->freed) {
		lease_dir_unlink(d, lease->ident, file);
		lease_dir_note_idle(d, &lease->address, lease->freed);
		lease_dir_full(s, LEASE_FULL_NO_MORE, 0);
	}
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
	lease_dir_full(s, LEASE_FULL_NO_MORE, 0);
	return r < 0 ? lease_dir_fail(d, "remove lease", file, r, e) : 0;
}

static int dir_at(struct lease_store *s, const struct in6_addr *address, struct lease *ret,
		  struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	char file[64];
	int r;

	lease_dir_address_file(address, file, sizeof(file));
	if (!ret)
		return faccessat(d->leases, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		       lease_dir_is_damaged(d, file);
	r = lease_dir_read(d, file, ret);
	if (r == 0)
		return 1;
	if (r == -ENOENT || r == -EBADMSG)
		r = lease_dir_mend(d, "", file, ret);
	return r < 0 ? lease_dir_fail(d, "read lease", file, r, e) : r;
}

/* The names of damaged lease files that a walk has met. */
struct met {
	char (*list)[64];
	size_t count;
};

static void met_release(struct met *m)
{
	free(m->list);
}

/* Adds one, unless it is there. Returns 0 or -ENOMEM. */
static int meet(struct met *m, const char *file)
{
	char(*larger)[64];

	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->list[i], file) == 0)
			return 0;
	larger = reallocarray(m->list, m->count + 1, sizeof(*larger));
	if (!larger)
		return -ENOMEM;
	m->list = larger;
	snprintf(m->list[m->count++], sizeof(*larger), "%.63s", file);
	return 0;
}

/*
 * Tells of a lease that was read whether it is its holder's present one. Seen without a lock it may
 * be about to become that.
 */
static void place(struct lease_dir *d, const char *file, struct lease *lease)
{
	struct lease present;
	char link[300];
	struct error e;
	int r;

	lease->left = false;
	/* what rests has no holder; most that have one are what its link leads to */
	lease_dir_ident_file(lease->ident, link, sizeof(link));
	if (lease->freed || lease_dir_leads_to(d, link, file))
		return;
	r = lease_dir_present(&d->store, lease->ident, &present, &e);
	lease->left = r == 0 || (r == 1 && memcmp(&present.address, &lease->address,
						  sizeof(present.address)) != 0);
	if (r < 0)
		snprintf(lease->trouble, sizeof(lease->trouble), "%.255s", e.text);
	else if (!lease->left)
		memcpy(lease->trouble, present.trouble, sizeof(lease->trouble));
}

/*
 * Takes one entry of the directory: a lease for each, a damaged one to be mended later. Returns 0,
 * what each returned, or -errno.
 */
static int take_entry(struct lease_dir *d, const char *name,
		      int (*each)(const struct lease *lease, void *arg), void *arg, struct met *met,
		      struct error *e)
{
	struct in6_addr address;
	struct lease lease;
	size_t end = strlen(name) - strlen(LEASE_DIR_DAMAGED);
	char file[64];
	int r;

	if (strlen(name) > strlen(LEASE_DIR_DAMAGED) &&
	    strcmp(name + end, LEASE_DIR_DAMAGED) == 0 && end < sizeof(file)) {
		snprintf(file, sizeof(file), "%.*s", (int)end, name);
		/* beside a whole one it is of the past */
		return lease_dir_file_address(file, &address) &&
				       lease_dir_read(d, file, &lease) == -ENOENT
			       ? meet(met, file)
			       : 0;
	}
	if (!lease_dir_file_address(name, &address))
		return 0;
	lease_dir_address_file(&address, file, sizeof(file));
	/* the address is written otherwise: no file of ours */
	if (strcmp(name, file) != 0)
		return 0;
	r = lease_dir_read(d, name, &lease);
	if (r == -EBADMSG)
		return meet(met, name);
	if (r < 0)
		return r == -ENOENT ? 0 : lease_dir_fail(d, "read lease", name, r, e);
	place(d, name, &lease);
	return each(&lease, arg);
}

static int dir_walk(struct lease_store *s, int (*each)(const struct lease *lease, void *arg),
		    void *arg, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	CLEANUP(met_release) struct met met = { 0 };
	_closedir_ DIR *dir = NULL;
	struct dirent *entry = NULL;
	bool tidy = true;
	int r = lease_dir_renew(d, e);

	if (r < 0 || d->leases < 0)
		return r;
	dir = lease_dir_entries(d->leases, &r);
	if (!dir)
		return lease_dir_fail(d, "read", "leases", r, e);
	while ((entry = lease_dir_next(dir, &r))) {
		tidy &= !lease_dir_may_be_litter(entry->d_name);
		r = take_entry(d, entry->d_name, each, arg, &met, e);
		if (r != 0)
			break;
	}
	d->tidy_leases = r == 0 && tidy;
	if (r < 0 && !entry)
		return lease_dir_fail(d, "read", "leases", r, e);
	/* only now, as what is mended changes the directory */
	for (size_t i = 0; r == 0 && i < met.count; i++) {
		struct lease lease;

		r = lease_dir_mend(d, "", met.list[i], &lease);
		if (r < 0)
			return lease_dir_fail(d, "read lease", met.list[i], r, e);
		if (r == 1 && !*lease.trouble)
			place(d, met.list[i], &lease);
		r = r == 0 ? 0 : each(&lease, arg);
	}
	return r;
}

static void dir_close(struct lease_store *s)
{
	struct lease_dir *d = lease_dir_of(s);

	cleanup_close(&d->ears.inotify);
	cleanup_close(&d->leases);
	cleanup_close(&d->attached);
	cleanup_close(&d->top);
	free(d);
}

static const struct lease_store_ops dir_ops = {
	.close = dir_close,
	.lock = lease_dir_lock,
	.lock_too = lease_dir_lock_too,
	.find = lease_dir_find,
	.present = lease_dir_present,
	.at = dir_at,
	.former = lease_dir_former,
	.claim = dir_claim,
	.update = dir_update,
	.rename = dir_rename,
	.remove = dir_remove,
	.walk = dir_walk,
	.attachment = lease_dir_attachment,
	.unchanged = lease_dir_unchanged,
	.walk_attachments = lease_dir_walk_attachments,
	.attach = lease_dir_attach,
	.each_idle = lease_dir_each_idle,
	.set_idle = lease_dir_set_idle,
	.is_full = lease_dir_is_full,
	.full = lease_dir_full,
	.listen = lease_dir_listen,
	.heard = lease_dir_heard,
	.sweep = lease_dir_sweep,
};

int lease_dir_open(const char *path, bool write, struct lease_store **ret, struct error *e)
{
	_lease_store_ struct lease_store *s = NULL;
	struct lease_dir *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return error_sys(e, -ENOMEM, "cannot open %s", path);
	d->store.ops = &dir_ops;
	d->top = d->leases = d->attached = -1;
	d->ears.inotify = d->ears.top = d->ears.leases = d->ears.attached = -1;
	d->write = write;
	s = &d->store;
	if ((size_t)snprintf(d->path, sizeof(d->path), "%s", path) >= sizeof(d->path))
		return error_sys(e, -ENAMETOOLONG, "cannot open %.100s", path);
	r = lease_dir_open_all(d);
	if (r < 0)
		return error_sys(e, r, "cannot open the lease store %s", path);
	*ret = steal_ptr(&s);
	return 0;
}
