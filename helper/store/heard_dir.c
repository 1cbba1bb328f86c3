/*
 * The directory store's changes: what anybody writes in its directories, heard instead of looked
 * for.
 *
 * Theory of operation: inotify(7) tells the names of the files that change. What a name stands for
 * is told on, and whoever hears it reads that anew. When more happens than can be told, or one of
 * the directories is replaced, everything may have changed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/lease_dir.h"

#define IN_PLACE \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF)
#define IN_FILES (IN_PLACE | IN_MODIFY | IN_ATTRIB)

/* Hears of what becomes of the directory from now on. Returns 0 or -errno. */
static int hear(int inotify, int dir, uint32_t mask, int *ret)
{
	char path[32];
	int wd;

	if (dir < 0)
		return -ENOENT;
	/* of what is open, whatever has its name by now */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	wd = inotify_add_watch(inotify, path, mask | IN_ONLYDIR);
	if (wd < 0)
		return -errno;
	/* another one has it no longer */
	if (*ret >= 0 && *ret != wd)
		inotify_rm_watch(inotify, *ret);
	*ret = wd;
	return 0;
}

/* Hears of all three. Returns 0 or -errno. */
static int hear_all(struct lease_dir *d)
{
	struct lease_dir_ears *h = &d->ears;
	int r = hear(h->inotify, d->top, IN_PLACE, &h->top);

	if (r == 0)
		r = hear(h->inotify, d->leases, IN_FILES, &h->leases);
	if (r == 0)
		r = hear(h->inotify, d->attached, IN_FILES, &h->attached);
	h->stale = r < 0;
	return r;
}

int lease_dir_listen(struct lease_store *s, int *ret_fd, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	int r;

	if (d->ears.inotify < 0)
		d->ears.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->ears.inotify < 0)
		return error_sys(e, -errno, "cannot listen to the lease store %s", d->path);
	r = lease_dir_renew(d, e);
	if (r < 0)
		return r;
	r = hear_all(d);
	if (r < 0)
		return error_sys(e, r, "cannot listen to the lease store %s", d->path);
	*ret_fd = d->ears.inotify;
	return 0;
}

/* Takes an ending away. */
static void cut(char *name, const char *end)
{
	size_t len = strlen(name), less = strlen(end);

	if (len > less && strcmp(name + len - less, end) == 0)
		name[len - less] = '\0';
}

/* What one event says. Returns false if it is nothing that counts. */
static bool understand(const struct lease_dir *d, const struct inotify_event *event,
		       struct lease_change *ret)
{
	const struct lease_dir_ears *h = &d->ears;
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%s", event->len ? event->name : "");
	*ret = (struct lease_change){ .what = LEASE_CHANGE_ALL };
	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (event->wd != h->top && event->wd != h->leases && event->wd != h->attached)
		return false; /* of one that was replaced */
	if (event->mask & (IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED | IN_UNMOUNT))
		return true;
	if (event->wd == h->top)
		return strcmp(name, "leases") == 0 || strcmp(name, "attached") == 0;
	if (!*name || strncmp(name, FILE_NEW, strlen(FILE_NEW)) == 0)
		return false;
	if (event->wd == h->attached) {
		ret->what = LEASE_CHANGE_RECORD;
		/* of a name that is too long to be read back: whosever it is */
		if (!lease_dir_ident_of(name, ret->ident))
			ret->what = LEASE_CHANGE_ALL;
		return true;
	}
	ret->what = LEASE_CHANGE_LEASE;
	cut(name, LEASE_DIR_DAMAGED);
	if (lease_dir_file_address(name, &ret->address))
		return true;
	ret->what = LEASE_CHANGE_LINK;
	cut(name, LEASE_DIR_LEFT);
	return lease_dir_ident_of(name, ret->ident);
}

void lease_dir_heard(struct lease_store *s, void (*each)(const struct lease_change *c, void *arg),
		     void *arg)
{
	struct lease_dir *d = lease_dir_of(s);
	char events[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct lease_change change = { .what = LEASE_CHANGE_ALL };
	ssize_t n;

	if (d->ears.stale)
		each(&change, arg);
	while ((n = read(d->ears.inotify, events, sizeof(events))) > 0) {
		const struct inotify_event *event;

		for (char *at = events; at < events + n; at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)at;
			if (understand(d, event, &change))
				each(&change, arg);
		}
	}
}
