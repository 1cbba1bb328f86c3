/*
 * The directory store's hints for a range that is full: who has been idle the longest, and that
 * looking for a free address is in vain.
 *
 *     STATE_DIR/idle    one entry of 24 bytes for each time that a lease became idle, in that order
 *     STATE_DIR/full    there since a walk over all addresses of this configuration found none free
 *
 * Theory of operation: both are hints. Whoever follows one looks at the lease and the record
 * themselves, under their locks, so that a hint that is wrong costs time and nothing else; and
 * where the hints lead to nothing, everything is read. So neither is durable, and either may be
 * removed at any time.
 *
 * Entries are added at the end under a lock on the file. One that would break the order of times
 * (the clock was set back, a pin was ended) empties the file instead, as does one that it has no
 * room for: the next look then reads all leases, and writes it anew. The first entry holds where
 * reading begins, moved on by the one who holds LOCK_RECLAIM past what is idle no more.
 *
 * The walker makes "full" before it looks, and fills in what it walked when it has found nothing;
 * whoever frees an address removes the file afterwards. So it is filled in only if nothing was
 * freed meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/lease_dir.h"

#define IDLE_FILE "idle"
#define FULL_FILE "full"
#define ENTRY_SIZE ((off_t)sizeof(struct idle_entry))
#define SIZE_MOST (4 * 1024 * 1024)
#define READ_AT_ONCE 256

/* In this machine's byte order. The first one of the file has :: and, as its time, where to begin.
 */
struct idle_entry {
	int64_t since; /* seconds since the epoch */
	struct in6_addr address;
};
_Static_assert(sizeof(struct idle_entry) == 24, "entries of another size than files have");

/* Opens and locks the file for writing. Returns a descriptor, or -errno. */
static int open_locked(struct lease_dir *d)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	_close_ int fd = openat(d->top, IDLE_FILE,
				O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return -errno;
	while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
		if (errno != EINTR)
			return -errno;
	return steal_fd(&fd);
}

/* Where entries begin and end; an empty file, or one that makes no sense, has none. */
struct extent {
	off_t begin, end;
};

static struct extent extent_of(int fd)
{
	struct idle_entry first;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size % ENTRY_SIZE ||
	    pread(fd, &first, sizeof(first), 0) != sizeof(first) ||
	    !IN6_IS_ADDR_UNSPECIFIED(&first.address) || first.since < ENTRY_SIZE ||
	    first.since > st.st_size || first.since % ENTRY_SIZE)
		return (struct extent){ 0, 0 };
	return (struct extent){ first.since, st.st_size };
}

/* Empties the file: what it said is not to be followed any more. */
static void empty(int fd)
{
	if (ftruncate(fd, 0) < 0)
		return; /* it stays a hint */
}

static bool write_at(int fd, off_t at, int64_t since, const struct in6_addr *address)
{
	const struct idle_entry entry = { since, *address };

	return pwrite(fd, &entry, sizeof(entry), at) == sizeof(entry);
}

void lease_dir_note_idle(struct lease_dir *d, const struct in6_addr *address, int64_t since)
{
	_close_ int fd = open_locked(d);
	struct idle_entry last = { 0 };
	struct extent x;

	if (fd < 0)
		return;
	x = extent_of(fd);
	/* an empty file is filled by who reads all: before that it would tell of a part */
	if (!x.end)
		return;
	if (x.end > ENTRY_SIZE && pread(fd, &last, sizeof(last), x.end - ENTRY_SIZE) < 0)
		return;
	if ((x.end > ENTRY_SIZE && since < last.since) || x.end >= SIZE_MOST ||
	    !write_at(fd, x.end, since, address))
		empty(fd);
}

int lease_dir_each_idle(struct lease_store *s, lease_each_idle each, void *arg)
{
	struct lease_dir *d = lease_dir_of(s);
	_close_ int fd = openat(d->top, IDLE_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct idle_entry list[READ_AT_ONCE];
	struct extent x = { 0, 0 };
	bool all_gone = true; /* so far: reading can begin after them */
	off_t begin, at;
	int r = 0;

	if (fd >= 0)
		x = extent_of(fd);
	begin = at = x.begin;
	while (r == 0 && at < x.end) {
		ssize_t n = pread(fd, list, sizeof(list), at);

		for (ssize_t i = 0; r == 0 && i < n / ENTRY_SIZE; i++, at += ENTRY_SIZE) {
			enum lease_idle found = each(&list[i].address, list[i].since, &r, arg);

			all_gone = all_gone && found == LEASE_IDLE_NO_MORE;
			if (all_gone)
				begin = at + ENTRY_SIZE;
		}
		if (n < ENTRY_SIZE)
			break;
	}
	if (begin != x.begin && !write_at(fd, 0, begin, &in6addr_any))
		return r; /* it is read again */
	return r;
}

void lease_dir_set_idle(struct lease_store *s, const struct lease_idle_entry *list, size_t count)
{
	_close_ int fd = open_locked(lease_dir_of(s));
	off_t at = ENTRY_SIZE;

	if (fd < 0)
		return;
	empty(fd);
	for (size_t i = 0; i < count; i++, at += ENTRY_SIZE)
		if (!write_at(fd, at, list[i].since, &list[i].address))
			break;
	/* last: only now the file makes sense */
	if (at == ENTRY_SIZE * (off_t)(count + 1))
		write_at(fd, 0, ENTRY_SIZE, &in6addr_any);
	else
		empty(fd);
}

bool lease_dir_is_full(struct lease_store *s, uint64_t ranges)
{
	_free_ char *text = NULL;
	unsigned long long walked;
	size_t len;

	return file_read(lease_dir_of(s)->top, FULL_FILE, 64, &text, &len) == 0 &&
	       sscanf(text, "%llx", &walked) == 1 && walked == ranges;
}

void lease_dir_full(struct lease_store *s, enum lease_full what, uint64_t ranges)
{
	struct lease_dir *d = lease_dir_of(s);
	_close_ int fd = -1;

	switch (what) {
	case LEASE_FULL_LOOKING:
		fd = openat(d->top, FULL_FILE,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
			    0600);
		break;
	case LEASE_FULL_FOUND:
		fd = openat(d->top, FULL_FILE, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd >= 0 && dprintf(fd, "%016llx\n", (unsigned long long)ranges) < 0)
			unlinkat(d->top, FULL_FILE, 0);
		break;
	case LEASE_FULL_NO_MORE:
		unlinkat(d->top, FULL_FILE, 0);
		break;
	}
}
