/* What the files of the directory store share; for its own files alone. */
#ifndef V6HOOK_LEASE_DIR_H
#define V6HOOK_LEASE_DIR_H

#include <limits.h>

#include "store/lease.h"

/* How changes are heard of (heard_dir.c): inotify, and what it calls the directories. */
struct lease_dir_ears {
	int inotify; /* -1: nobody listens */
	int top, leases, attached;
	bool stale; /* one of the directories is another by now: to be listened to anew */
};

struct lease_dir {
	struct lease_store store;
	struct lease_dir_ears ears;
	bool write;   /* not opened by a reader: what is damaged may be mended */
	char why[64]; /* what was wrong with the file that could not be read last */
	/* a walk over the leases, over the records, has met no file in the making since the last
	 * sweep */
	bool tidy_leases, tidy_attached;
	char path[PATH_MAX];
	int leases; /* directories; -1 for a reader where nothing is stored yet */
	int attached;
	int top;
};

static inline struct lease_dir *lease_dir_of(struct lease_store *s)
{
	return (struct lease_dir *)s;
}

/* The name of the files that stand for a container. @out: 300 bytes are enough */
void lease_dir_ident_file(const char *ident, char *out, size_t size);

/* Whose file it is, by its name. @ret: of IDENT_TEXT_MAX. Returns whether that can be told. */
bool lease_dir_ident_of(const char *file, char *ret);

/* Fills e with what could not be done to which file of the store; returns r. */
int lease_dir_fail(struct lease_dir *d, const char *what, const char *file, int r, struct error *e);

/* Opens a directory for reading its entries; null and -errno in *ret if that fails. */
DIR *lease_dir_entries(int fd, int *ret);

/* The name of the lease file of an address, and the way back (false for another file's name). */
void lease_dir_address_file(const struct in6_addr *address, char *out, size_t size);
bool lease_dir_file_address(const char *file, struct in6_addr *ret);

/*
 * Reads a file of the store whole. Anything that stands there and is no readable file is damaged:
 * only what says nothing of the file (no memory, no descriptors) is another failure.
 * @ret: LEASE_FILE_MAX + 1 bytes
 * Returns its length, -ENOENT, -EBADMSG with the reason in d->why, or -errno.
 */
ssize_t lease_dir_read_file(struct lease_dir *d, int dir, const char *file, char *ret);

/*
 * Reads the lease file of an address. Returns as lease_dir_read_file; it is damaged also if it is
 * not the lease of its name.
 */
int lease_dir_read(struct lease_dir *d, const char *file, struct lease *ret);

/* Reads the record of a container. Returns as lease_dir_read_file. @ident: or null, whoever's */
int lease_dir_read_record(struct lease_dir *d, const char *file, const char *ident, char *ret_ident,
			  struct attachment *ret);

/*
 * Writes the lease file durably, except for the directory.
 * @flags: of renameat2(2): RENAME_NOREPLACE makes it a claim
 * Returns 0, -EEXIST or -errno.
 */
int lease_dir_write(struct lease_dir *d, const struct lease *lease, unsigned int flags);

/* Makes what was done in the directory of leases durable. Returns 0 or -errno. */
int lease_dir_sync(struct lease_dir *d);

/* A damaged lease file has this after its name; its address stays taken. */
#define LEASE_DIR_DAMAGED ".damaged"

/* A container's second link has this after the name of its first (link_dir.c). */
#define LEASE_DIR_LEFT ".left"

/* Whether the lease file has been set aside as damaged. */
bool lease_dir_is_damaged(struct lease_dir *d, const char *file);

/* Sets it aside unless it can be read by now, and says so. */
void lease_dir_set_aside(struct lease_dir *d, const char *file);

/*
 * Moves what stands in the way of another file of the store to the directory above, under a name
 * that is not taken, and says so. Returns 0 or -errno.
 */
int lease_dir_clear_way(struct lease_dir *d, int dir, const char *file, const char *why);

/*
 * Puts a new file of a directory of the store's in the place of another, and out of the way what
 * cannot be replaced: `why` says what is wrong with that. Returns 0, or -errno: fresh is removed.
 */
int lease_dir_replace(struct lease_dir *d, int dir, const char *fresh, const char *file,
		      const char *why);

/*
 * Says that a lease file is about to be made for the container, so that it is found again if this
 * process is killed before it is linked. Returns 0 or -errno.
 */
int lease_dir_intend(struct lease_dir *d, const char *ident, const char *file);

/* Takes that back: the file was not made. */
void lease_dir_forget(struct lease_dir *d, const char *ident, const char *file);

/*
 * Makes a lease file the container's present one; the one that it had is its former one then, until
 * that is unlinked. Returns 0 or -errno: then all is as it was.
 */
int lease_dir_link(struct lease_dir *d, const char *ident, const char *file);

/*
 * Makes a lease file neither the container's present nor its former one; if it was the present one
 * of a container that moves, the former one is that again.
 */
void lease_dir_unlink(struct lease_dir *d, const char *ident, const char *file);

/* The name of the container's present lease file. @ret: 64 bytes; "" for none. 0 or -errno */
int lease_dir_follow(struct lease_dir *d, const char *ident, char *ret);

/* Whether the link of that name leads to the lease file. */
bool lease_dir_leads_to(struct lease_dir *d, const char *link, const char *file);

/* Whether anything stands where the container's link belongs. */
bool lease_dir_has_link(struct lease_dir *d, const char *ident);

/* Whether the file is a lease of the container that is not given up. Returns 1, 0 or -errno. */
int lease_dir_is_own(struct lease_dir *d, const char *ident, const char *file, struct lease *ret);

/*
 * Makes the lease again of a file that cannot be read or is lost; a reader only says what it was.
 * Whose it was, the one live record that names it says, else the one link to it; of a file that is
 * lost without a trace the record alone.
 * @ident: "", or only if it is this container's
 * Returns 1 and the lease (with trouble, if it could not be made again; without an ident, if nobody
 * can tell whose it was), 0 if there is none or it is another's, or -errno.
 */
int lease_dir_mend(struct lease_dir *d, const char *ident, const char *file, struct lease *ret);

/* Opens the directories of the store's path, making them unless it is a reader. 0 or -errno */
int lease_dir_open_all(struct lease_dir *d);

/* Opens the directories anew that have been removed or replaced since they were opened. */
int lease_dir_renew(struct lease_dir *d, struct error *e);

/*
 * Begins or ends the time in which this process has a file in the making (".new-..."), as a shared
 * lock on the directory of leases, which dies with the process: lease_dir_sweep leaves it alone.
 */
void lease_dir_making(struct lease_dir *d, bool yes);

/* The next entry; null at the end with *ret 0, or if that fails with -errno. */
struct dirent *lease_dir_next(DIR *dir, int *ret);

/* The operations of struct lease_store_ops that lock_dir.c and attached_dir.c hold. */
int lease_dir_lock(struct lease_store *s, enum lease_lock what, const char *ident, bool shared,
		   unsigned int wait_ms, int *ret_fd, struct error *e);
int lease_dir_lock_too(struct lease_store *s, const char *ident, unsigned int wait_ms, int fd);
int lease_dir_unchanged(struct lease_store *s, const char *ident, const struct attachment *a);
int lease_dir_attachment(struct lease_store *s, const char *ident, struct attachment *ret,
			 struct error *e);
int lease_dir_walk_attachments(struct lease_store *s,
			       int (*each)(const char *ident, const struct attachment *a,
					   void *arg),
			       void *arg, struct error *e);
int lease_dir_attach(struct lease_store *s, const char *ident, const struct attachment *a,
		     struct error *e);

/* Those that mend_dir.c, link_dir.c and sweep_dir.c hold. */
int lease_dir_find(struct lease_store *s, const char *ident, struct lease *ret, struct error *e);
int lease_dir_present(struct lease_store *s, const char *ident, struct lease *ret, struct error *e);
/* Notes that the lease of an address is idle since then (idle_dir.c). */
void lease_dir_note_idle(struct lease_dir *d, const struct in6_addr *address, int64_t since);

/* The operations that idle_dir.c holds. */
int lease_dir_each_idle(struct lease_store *s, lease_each_idle each, void *arg);
void lease_dir_set_idle(struct lease_store *s, const struct lease_idle_entry *list, size_t count);
bool lease_dir_is_full(struct lease_store *s, uint64_t ranges);
void lease_dir_full(struct lease_store *s, enum lease_full what, uint64_t ranges);

/* Those that heard_dir.c holds. */
int lease_dir_listen(struct lease_store *s, int *ret_fd, struct error *e);
void lease_dir_heard(struct lease_store *s, void (*each)(const struct lease_change *c, void *arg),
		     void *arg);

/* Those that link_dir.c and sweep_dir.c hold. */
int lease_dir_former(struct lease_store *s, const char *ident, struct lease *ret, struct error *e);
void lease_dir_sweep(struct lease_store *s);

/* Whether sweep would look at a file of that name. */
bool lease_dir_may_be_litter(const char *name);

#endif
