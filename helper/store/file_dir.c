/* The directory store's lease files: how they are named, read, written, and set aside when damaged.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/note.h"
#include "base/text.h"
#include "store/lease_dir.h"
#include "store/lease_json.h"

void lease_dir_address_file(const struct in6_addr *address, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	text_join(text_address(address, text), ".json", out, size);
}

bool lease_dir_file_address(const char *file, struct in6_addr *ret)
{
	char text[INET6_ADDRSTRLEN + sizeof(".json")];
	size_t n = strlen(file);

	if (n >= sizeof(text) || n < sizeof(".json") || strcmp(file + n - 5, ".json") != 0)
		return false;
	memcpy(text, file, n - 5);
	text[n - 5] = '\0';
	return inet_pton(AF_INET6, text, ret) == 1;
}

/* Notes what is wrong with a file. Returns -EBADMSG. */
static int damaged(struct lease_dir *d, const char *why)
{
	snprintf(d->why, sizeof(d->why), "%s", why);
	return -EBADMSG;
}

/*
 * Reads what is open. A file of ours ends with the brace and the newline that its text ends with:
 * behind them nothing is looked for. Returns how much there is, more than LEASE_FILE_MAX for too
 * much, or -errno.
 */
static ssize_t read_open(int fd, char *ret)
{
	size_t used = 0;
	struct stat st;
	ssize_t n = 1;

	while (n > 0 && used <= LEASE_FILE_MAX &&
	       !(used > 2 && memcmp(ret + used - 2, "}\n", 2) == 0)) {
		n = read(fd, ret + used, LEASE_FILE_MAX + 1 - used);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			n = -errno;
		else
			used += (size_t)n;
	}
	/* a pipe that nobody writes to reads like an empty file */
	if ((used == 0 || n < 0) && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		return -EISDIR;
	return n < 0 ? n : (ssize_t)used;
}

/* Opens and reads a file. Returns as read_open. */
static ssize_t read_named(int dir, const char *file, char *ret)
{
	/* O_NONBLOCK: a FIFO put in the way shall not hold us */
	_close_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd < 0 ? -errno : read_open(fd, ret);
}

ssize_t lease_dir_read_file(struct lease_dir *d, int dir, const char *file, char *ret)
{
	/* they say nothing of the file */
	static const int passing[] = { ENOMEM, ENFILE, EMFILE, EINTR, EAGAIN, ENOBUFS };
	ssize_t r = dir < 0 ? -ENOENT : read_named(dir, file, ret);
	char ignored[8];

	/* a disk that fails once may be able to read it all the same: damaged is what stays so */
	if (r == -EIO)
		r = read_named(dir, file, ret);
	if (r > LEASE_FILE_MAX)
		return damaged(d, "it is too large");
	if (r >= 0)
		return r;
	if (r == -ENOENT)
		return readlinkat(dir, file, ignored, sizeof(ignored)) < 0
			       ? r
			       : damaged(d, "it is a link to nowhere");
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		if (r == -passing[i])
			return r;
	return damaged(d, r == -EISDIR ? "it is no regular file" : strerror((int)-r));
}

/* Reads a lease by whatever name. @file: what the name of such a lease is. As lease_dir_read. */
static int read_as(struct lease_dir *d, const char *name, const char *file, struct lease *ret)
{
	char text[LEASE_FILE_MAX + 1], own[64];
	struct lease lease;
	ssize_t len = lease_dir_read_file(d, d->leases, name, text);

	if (len < 0)
		return (int)len;
	if (lease_decode(text, (size_t)len, &lease) < 0)
		return damaged(d, "it makes no sense");
	lease_dir_address_file(&lease.address, own, sizeof(own));
	if (strcmp(own, file) != 0)
		return damaged(d, "it is of another address");
	*ret = lease;
	return 0;
}

int lease_dir_read(struct lease_dir *d, const char *file, struct lease *ret)
{
	return read_as(d, file, file, ret);
}

int lease_dir_read_record(struct lease_dir *d, const char *file, const char *ident, char *ret_ident,
			  struct attachment *ret)
{
	char text[LEASE_FILE_MAX + 1], own[IDENT_TEXT_MAX], name[300];
	struct attachment a;
	ssize_t len = lease_dir_read_file(d, d->attached, file, text);

	if (len < 0)
		return (int)len;
	text[len] = '\0';
	if (attachment_decode(text, (size_t)len, own, &a) < 0)
		return damaged(d, "it makes no sense");
	a.text = text_hash(text, 0);
	lease_dir_ident_file(own, name, sizeof(name));
	if (strcmp(name, file) != 0 || (ident && strcmp(own, ident) != 0))
		return damaged(d, "it is of another container");
	memcpy(ret_ident, own, sizeof(own));
	*ret = a;
	return 0;
}

int lease_dir_unchanged(struct lease_store *s, const char *ident, const struct attachment *a)
{
	struct lease_dir *d = lease_dir_of(s);
	char text[LEASE_FILE_MAX + 1], file[300];
	ssize_t len;

	if (d->attached < 0)
		return 0;
	lease_dir_ident_file(ident, file, sizeof(file));
	len = lease_dir_read_file(d, d->attached, file, text);
	if (len < 0)
		return len == -ENOENT ? 0 : (int)len;
	text[len] = '\0';
	return text_hash(text, 0) == a->text;
}

bool lease_dir_is_damaged(struct lease_dir *d, const char *file)
{
	char aside[96];

	text_join(file, LEASE_DIR_DAMAGED, aside, sizeof(aside));
	return faccessat(d->leases, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void lease_dir_set_aside(struct lease_dir *d, const char *file)
{
	char aside[96], why[sizeof(d->why)];
	struct lease ignored;

	memcpy(why, d->why, sizeof(why));
	snprintf(aside, sizeof(aside), "%s" LEASE_DIR_DAMAGED, file);
	if (renameat(d->leases, file, d->leases, aside) < 0) {
		/* something of another kind has that name already: that keeps the address taken */
		if (errno != ENOENT)
			lease_dir_clear_way(d, d->leases, file, why);
		return;
	}
	/* another may have mended it just now */
	if (read_as(d, aside, file, &ignored) == 0) {
		renameat2(d->leases, aside, d->leases, file, RENAME_NOREPLACE);
		return;
	}
	note(NOTE_WARNING, "lease file %s/leases/%s is damaged (%s): set aside as %s", d->path,
	     file, why, aside);
}

int lease_dir_clear_way(struct lease_dir *d, int dir, const char *file, const char *why)
{
	char aside[320];

	for (int i = 0; i < 100; i++) {
		if (i == 0)
			snprintf(aside, sizeof(aside), "%.290s" LEASE_DIR_DAMAGED, file);
		else
			snprintf(aside, sizeof(aside), "%.290s" LEASE_DIR_DAMAGED "-%d", file, i);
		if (renameat2(dir, file, d->top, aside, RENAME_NOREPLACE) == 0) {
			note(NOTE_WARNING, "%s/%s%s is damaged (%s): set aside as %s/%s", d->path,
			     dir == d->leases	  ? "leases/"
			     : dir == d->attached ? "attached/"
						  : "",
			     file, why, d->path, aside);
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int lease_dir_replace(struct lease_dir *d, int dir, const char *fresh, const char *file,
		      const char *why)
{
	int r = renameat(dir, fresh, dir, file) < 0 ? -errno : 0;

	if (r == -EISDIR || r == -ENOTEMPTY || r == -EEXIST) {
		r = lease_dir_clear_way(d, dir, file, why);
		if (r == 0 && renameat(dir, fresh, dir, file) < 0)
			r = -errno;
	}
	if (r < 0)
		unlinkat(dir, fresh, 0);
	return r;
}

int lease_dir_sync(struct lease_dir *d)
{
	return fsync(d->leases) < 0 ? -errno : 0;
}

int lease_dir_write(struct lease_dir *d, const struct lease *lease, unsigned int flags)
{
	_free_ char *text = NULL;
	char fresh[64], file[64];
	size_t len = 0;
	int r = lease_encode(lease, &text, &len);

	lease_dir_address_file(&lease->address, file, sizeof(file));
	if (r < 0)
		return r;
	lease_dir_making(d, true);
	r = file_new(d->leases, text, len, true, fresh);
	if (r == 0 && renameat2(d->leases, fresh, d->leases, file, flags) < 0) {
		r = -errno;
		unlinkat(d->leases, fresh, 0);
	}
	lease_dir_making(d, false);
	return r;
}
