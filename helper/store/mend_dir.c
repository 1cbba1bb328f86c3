/*
 * The directory store's damage: which lease is whose if a file or a link cannot tell.
 *
 * Theory of operation: three files say the same. The lease's own names its holder, the holder's
 * link leads to it, and the record of the attachment names both. Any of them can be lost or
 * damaged and is made again from the others; what a damaged lease file said beyond that (that it is
 * pinned) is lost, and told. Where they contradict each other, the record of what is attached in
 * this boot outranks a link. Nothing is concluded from a file that cannot be read: its address
 * stays taken, its holder keeps what it has. A lease that is not there at all is made again only
 * for a container that is recorded as attached in this boot, as such a record goes before its lease
 * does. Readers mend nothing and see the same. Nor is anything mended without the container's lock:
 * whoever has it may be halfway through making or removing the very files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/note.h"
#include "store/lease_dir.h"

/* Whether a record is of this boot: an older one may have come back with a power loss. */
static bool is_current(const struct attachment *a)
{
	struct error ignored;
	char boot_id[40];

	return lease_boot_id(boot_id, &ignored) == 0 && strcmp(a->boot_id, boot_id) == 0;
}

/* Whether it says that its container is attached in this boot. */
static bool is_live(const struct attachment *a)
{
	return !a->ended && is_current(a);
}

/* Turns the name of a link back into whose it is. Returns whether that is possible. */
static bool ident_of(struct lease_dir *d, const char *link, char *ret)
{
	struct attachment ignored;

	return lease_dir_read_record(d, link, NULL, ret, &ignored) == 0 ||
	       lease_dir_ident_of(link, ret);
}

/* Whether the entry is a link to the lease file, and whose. */
static bool leads_to(struct lease_dir *d, const char *entry, const char *file, char *ret)
{
	size_t n = strlen(entry);
	char target[64];
	struct in6_addr ignored;
	ssize_t len;

	if (lease_dir_file_address(entry, &ignored) || n < sizeof(".json") ||
	    strcmp(entry + n - strlen(".json"), ".json") != 0)
		return false;
	len = readlinkat(d->leases, entry, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	return strcmp(target, file) == 0 && ident_of(d, entry, ret);
}

/* The address that the container's live record names, if it has such a record. */
static bool live_address(struct lease_dir *d, const char *ident, struct in6_addr *ret)
{
	char record[300], own[IDENT_TEXT_MAX];
	struct attachment a;

	lease_dir_ident_file(ident, record, sizeof(record));
	if (d->attached < 0 || lease_dir_read_record(d, record, ident, own, &a) < 0 ||
	    !a.has_address || !is_live(&a))
		return false;
	*ret = a.address;
	return true;
}

/* Whether the entry is a live record that names the address, and whose. */
static bool records(struct lease_dir *d, const char *entry, const struct in6_addr *address,
		    char *ret)
{
	struct attachment a;

	return *entry != '.' && lease_dir_read_record(d, entry, NULL, ret, &a) == 0 &&
	       a.has_address && memcmp(&a.address, address, sizeof(*address)) == 0 && is_live(&a);
}

/* Whether the entry is a link to the file, of one whose live record names no other address. */
static bool claims(struct lease_dir *d, const char *entry, const char *file,
		   const struct in6_addr *address, char *ret)
{
	struct in6_addr other;

	return leads_to(d, entry, file, ret) &&
	       (!live_address(d, ret, &other) || memcmp(&other, address, sizeof(other)) == 0);
}

/*
 * Whose lease a file was: by the one live record that names it, else (if links count) by the one
 * link that leads to it. A record is written at each attach, a link once: it says more.
 * @ret: IDENT_TEXT_MAX bytes, "" if nobody can tell. Returns 0 or -errno.
 */
static int holder_of(struct lease_dir *d, const char *file, bool links, char *ret)
{
	const int dirs[] = { d->attached, d->leases };
	struct in6_addr address;

	*ret = '\0';
	if (!lease_dir_file_address(file, &address))
		return 0;
	for (size_t i = 0; i < (links ? 2 : 1) && !*ret; i++) {
		_closedir_ DIR *dir = NULL;
		char ident[IDENT_TEXT_MAX];
		struct dirent *entry;
		unsigned int found = 0;
		int r = 0;

		if (dirs[i] < 0)
			continue;
		dir = lease_dir_entries(dirs[i], &r);
		while (dir && (entry = lease_dir_next(dir, &r)))
			if (i == 0 ? records(d, entry->d_name, &address, ident)
				   : claims(d, entry->d_name, file, &address, ident)) {
				found++;
				memcpy(ret, ident, IDENT_TEXT_MAX);
			}
		if (r < 0)
			return r;
		/* two that contradict each other tell nothing */
		if (found > 1) {
			*ret = '\0';
			return 0;
		}
	}
	return 0;
}

/* Writes the lease of a file again. Returns 0 or -errno. */
static int make_again(struct lease_dir *d, const struct lease *lease, const char *file)
{
	char aside[96];
	int r = lease_dir_write(d, lease, RENAME_NOREPLACE);

	if (r == 0)
		r = lease_dir_link(d, lease->ident, file);
	if (r == 0)
		r = lease_dir_sync(d);
	if (r < 0)
		return r;
	note(NOTE_WARNING, "restored lease %s of %s from what else is known; it is not pinned now",
	     file, lease->ident);
	/* the address is spoken for again: what was set aside need not keep it taken */
	snprintf(aside, sizeof(aside), "%s" LEASE_DIR_DAMAGED, file);
	if (renameat(d->leases, aside, d->top, aside) < 0 && errno != ENOENT)
		lease_dir_clear_way(d, d->leases, aside, "it is the lease that was restored");
	return 0;
}

/* Whether anything can be mended. */
static bool may_write(struct lease_dir *d)
{
	return d->write && faccessat(d->leases, ".", W_OK, AT_EACCESS) == 0;
}

int lease_dir_mend(struct lease_dir *d, const char *ident, const char *file, struct lease *ret)
{
	struct lease lease = { .created = time(NULL) };
	int r = lease_dir_read(d, file, &lease);
	bool gone;

	/* mended meanwhile */
	if (r == 0) {
		*ret = lease;
		return 1;
	}
	if (r != -EBADMSG && r != -ENOENT)
		return r;
	lease = (struct lease){ .created = time(NULL) };
	lease_dir_file_address(file, &lease.address);
	gone = r == -ENOENT && !lease_dir_is_damaged(d, file);
	if (r == -ENOENT && !gone)
		snprintf(lease.trouble, sizeof(lease.trouble),
			 "its lease file was damaged: it is leases/%s" LEASE_DIR_DAMAGED
			 "; remove that to free the address",
			 file);
	else if (gone)
		snprintf(lease.trouble, sizeof(lease.trouble), "its lease file leases/%s is gone",
			 file);
	else
		snprintf(lease.trouble, sizeof(lease.trouble),
			 "its lease file leases/%s cannot be read: %s", file, d->why);
	/* what was set aside, or cannot be, has been tried already */
	if (d->store.looks) {
		d->store.met |= r == -EBADMSG && may_write(d);
		*ret = lease;
		return !gone;
	}
	if (d->write && r == -EBADMSG)
		lease_dir_set_aside(d, file);
	r = holder_of(d, file, !gone, lease.ident);
	if (r < 0)
		return r;
	if ((gone && !*lease.ident) || (*ident && *lease.ident && strcmp(lease.ident, ident) != 0))
		return 0;
	*ret = lease;
	if (d->write && *lease.ident && make_again(d, &lease, file) == 0)
		*ret->trouble = '\0';
	return 1;
}

/* Makes the container's link lead to its lease again, if that can be done. Returns 1. */
static int link_again(struct lease_dir *d, const char *ident, const char *file, struct lease *lease,
		      struct lease *ret)
{
	char link[300];
	int r = -EROFS;

	lease_dir_ident_file(ident, link, sizeof(link));
	*ret = *lease;
	if (d->store.looks && may_write(d)) {
		d->store.met = true;
		return 1;
	}
	if (!d->store.looks && d->write)
		r = lease_dir_link(d, ident, file);
	if (r == 0)
		r = lease_dir_sync(d);
	if (r == 0)
		note(NOTE_WARNING, "the link %s/leases/%s was damaged or lost: made again", d->path,
		     link);
	else
		snprintf(ret->trouble, sizeof(ret->trouble),
			 "its link leases/%.150s is no link to it", link);
	return 1;
}

/* As lease_dir_find, by the container's record. */
static int find_by_record(struct lease_dir *d, const char *ident, struct lease *ret)
{
	char file[64], record[300], holder[IDENT_TEXT_MAX];
	struct lease lease;
	struct attachment a;
	int r;

	lease_dir_ident_file(ident, record, sizeof(record));
	r = lease_dir_read_record(d, record, ident, holder, &a);
	if (r < 0)
		return r == -ENOENT || r == -EBADMSG ? 0 : r;
	if (!a.has_address || !is_current(&a))
		return 0;
	lease_dir_address_file(&a.address, file, sizeof(file));
	r = lease_dir_read(d, file, &lease);
	if (r == 0)
		return lease.freed || strcmp(lease.ident, ident) != 0
			       ? 0
			       : link_again(d, ident, file, &lease, ret);
	if ((r != -ENOENT && r != -EBADMSG) || !is_live(&a))
		return r == -ENOENT || r == -EBADMSG ? 0 : r;
	if (d->store.looks) {
		d->store.met |= may_write(d);
		return 0;
	}
	r = holder_of(d, file, r == -EBADMSG || lease_dir_is_damaged(d, file), holder);
	if (r < 0)
		return r;
	/* in this order: a record goes before its lease does */
	if (strcmp(holder, ident) != 0 || lease_dir_read_record(d, record, ident, holder, &a) < 0 ||
	    !is_live(&a))
		return 0;
	return lease_dir_mend(d, ident, file, ret);
}

/* As lease_dir_find, by looking at all leases: of one whose link leads nowhere. */
static int find_by_looking(struct lease_dir *d, const char *ident, struct lease *ret)
{
	_closedir_ DIR *dir = NULL;
	char file[64] = "";
	struct dirent *entry;
	struct lease lease, found;
	int r = 0;

	if (d->store.looks) {
		d->store.met |= may_write(d);
		return 0;
	}
	dir = lease_dir_entries(d->leases, &r);
	while (dir && (entry = lease_dir_next(dir, &r)))
		if (strlen(entry->d_name) < sizeof(file) &&
		    lease_dir_is_own(d, ident, entry->d_name, &lease) == 1) {
			found = lease;
			snprintf(file, sizeof(file), "%.63s", entry->d_name);
		}
	if (r < 0 || !*file)
		return r;
	return link_again(d, ident, file, &found, ret);
}

/* As lease_dir_find, of one whose link leads to a damaged file. */
static int mend_linked(struct lease_dir *d, const char *ident, const char *file, struct lease *ret)
{
	struct in6_addr address, live;
	struct lease lease;
	int r;

	lease_dir_file_address(file, &address);
	/* its own record outranks a link, which may have been led astray */
	if (live_address(d, ident, &live) && memcmp(&live, &address, sizeof(live)) != 0)
		return find_by_record(d, ident, ret);
	r = lease_dir_mend(d, ident, file, &lease);
	if (r != 1)
		return r;
	/* several may lead to it: each of them keeps what it has */
	if (!*lease.ident)
		snprintf(lease.ident, sizeof(lease.ident), "%s", ident);
	*ret = lease;
	return 1;
}

int lease_dir_find(struct lease_store *s, const char *ident, struct lease *ret, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	struct lease lease;
	char file[64];
	int r = 0;

	*file = '\0';
	if (d->leases >= 0)
		r = lease_dir_follow(d, ident, file);
	if (r < 0)
		return lease_dir_fail(d, "read the link of", ident, r, e);
	r = *file && lease_dir_file_address(file, &lease.address) ? lease_dir_read(d, file, &lease)
								  : -ENOENT;
	if (r == 0 && strcmp(lease.ident, ident) == 0) {
		if (lease.freed)
			return 0;
		*ret = lease;
		return 1;
	}
	if (r == -EBADMSG || (r == -ENOENT && *file && lease_dir_is_damaged(d, file)))
		r = mend_linked(d, ident, file, ret);
	else if (r == 0 || r == -ENOENT)
		r = find_by_record(d, ident, ret);
	if (r == 0 && d->leases >= 0 && lease_dir_has_link(d, ident))
		r = find_by_looking(d, ident, ret);
	return r < 0 ? lease_dir_fail(d, "read the lease of", ident, r, e) : r;
}

int lease_dir_present(struct lease_store *s, const char *ident, struct lease *ret, struct error *e)
{
	const bool looks = s->looks, met = s->met;
	_close_ int lock = -1;
	struct error ignored;
	int r;

	/* a reader mends nothing anyway */
	if (!lease_dir_of(s)->write)
		return lease_dir_find(s, ident, ret, e);
	s->looks = true;
	s->met = false;
	r = lease_dir_find(s, ident, ret, e);
	s->looks = looks;
	if (looks) {
		s->met |= met;
		return r;
	}
	/* what is in trouble may have been tried before, but not with what is known now */
	if ((!s->met && (r != 1 || !*ret->trouble)) ||
	    lease_dir_lock(s, LOCK_CONTAINER, ident, false, 0, &lock, &ignored) < 0)
		return r;
	return lease_dir_find(s, ident, ret, e);
}
