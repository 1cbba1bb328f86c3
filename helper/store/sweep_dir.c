/*
 * The directory store's litter: files in the making whose writers were killed.
 *
 * Theory of operation: every writer holds a shared lock on the directory of leases (flock(2)) from
 * before its file is made until it is renamed or removed. Whoever has the exclusive lock knows that
 * nobody is writing, so that each ".new-..." is a dead writer's. It is only tried, and only where
 * there is such a file: a writer waits for no more than a look at two directories. Whoever has just
 * walked over both knows whether there is one.
 */
#include <errno.h>
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

void lease_dir_sweep(struct lease_store *s)
{
	struct lease_dir *d = lease_dir_of(s);

	bool tidy = d->tidy_leases && d->tidy_attached;

	/* what comes from now on is the next one's */
	d->tidy_leases = d->tidy_attached = false;
	if (tidy || look(d->leases, false) + look(d->attached, false) == 0 ||
	    flock(d->leases, LOCK_EX | LOCK_NB) < 0)
		return;
	look(d->leases, true);
	look(d->attached, true);
	lease_dir_making(d, false);
}
