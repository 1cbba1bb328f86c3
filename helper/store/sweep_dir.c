/*
 * The directory store's litter: files in the making whose writers were killed, and links to leases
 * that were never made.
 *
 * Theory of operation: every writer holds a shared lock on the directory of leases (flock(2)) from
 * before its file is made until it is renamed or removed. Whoever has the exclusive lock knows that
 * nobody is writing, so that each ".new-..." is a dead writer's. It is only tried, and only where
 * there is such a file: a writer waits for no more than a look at two directories. Whoever has just
 * walked over both knows whether there is one.
 *
 * A claim that is killed before its lease is made has made the link to it (link_dir.c), which the
 * container's next claim would find: but some names come once. Who gets a lease has the container
 * locked, so that a link to nothing of one that is not locked is nobody's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "base/file.h"
#include "store/lease_dir.h"

void lease_dir_making(struct lease_dir *d, bool yes)
{
	/* without it (a file system that has no such lock) sweep removes nothing either */
	while (flock(d->leases, yes ? LOCK_SH : LOCK_UN) < 0 && errno == EINTR)
		;
}

/* Counts the files in the making, and removes them if told so. */
static unsigned int look(int fd, bool remove)
{
	int ignored;
	_closedir_ DIR *dir = fd < 0 ? NULL : lease_dir_entries(fd, &ignored);
	unsigned int count = 0;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, FILE_NEW, strlen(FILE_NEW)) != 0)
			continue;
		count++;
		if (remove)
			unlinkat(fd, entry->d_name, 0);
	}
	return count;
}

/* The container of a link to the lease that it gets, or false. @ret: of IDENT_TEXT_MAX */
static bool ident_of_left(const char *name, char *ret)
{
	const size_t len = strlen(name), end = strlen(LEASE_DIR_LEFT);
	char present[300];

	if (len <= end || len >= sizeof(present) || strcmp(name + len - end, LEASE_DIR_LEFT) != 0)
		return false;
	snprintf(present, sizeof(present), "%.*s", (int)(len - end), name);
	return lease_dir_ident_of(present, ret);
}

bool lease_dir_may_be_litter(const char *name)
{
	char ignored[IDENT_TEXT_MAX];

	return strncmp(name, FILE_NEW, strlen(FILE_NEW)) == 0 || ident_of_left(name, ignored);
}

/* Removes the links to leases that were never made. */
static void sweep_left(struct lease_store *s)
{
	struct lease_dir *d = lease_dir_of(s);
	char ident[IDENT_TEXT_MAX];
	int ignored;
	_closedir_ DIR *dir = d->leases < 0 ? NULL : lease_dir_entries(d->leases, &ignored);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		_close_ int lock = -1;
		struct lease former;
		struct error why;

		/* one that leads to a lease is not touched */
		if (ident_of_left(entry->d_name, ident) &&
		    lease_dir_lock(s, LOCK_CONTAINER, ident, false, 0, &lock, &why) == 0)
			lease_dir_former(s, ident, &former, &why);
	}
}

void lease_dir_sweep(struct lease_store *s)
{
	struct lease_dir *d = lease_dir_of(s);

	bool tidy = d->tidy_leases && d->tidy_attached;

	/* what comes from now on is the next one's */
	d->tidy_leases = d->tidy_attached = false;
	if (tidy)
		return;
	sweep_left(s);
	if (look(d->leases, false) + look(d->attached, false) == 0 ||
	    flock(d->leases, LOCK_EX | LOCK_NB) < 0)
		return;
	look(d->leases, true);
	look(d->attached, true);
	lease_dir_making(d, false);
}
