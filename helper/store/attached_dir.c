/* The directory store's attachments: what is true of this boot only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "store/lease_dir.h"
#include "store/lease_json.h"

void lease_dir_ident_file(const char *ident, char *out, size_t size)
{
	char name[256];

	text_join(text_to_filename(ident, name, sizeof(name)), ".json", out, size);
}

bool lease_dir_ident_of(const char *file, char *ret)
{
	char again[300];
	size_t n = 0, len = strlen(file);

	if (len < sizeof(".json"))
		return false;
	for (size_t i = 0; i < len - strlen(".json") && n + 1 < IDENT_TEXT_MAX; i++) {
		unsigned int byte = (unsigned char)file[i];

		if (file[i] == '%' && sscanf(file + i + 1, "%2x", &byte) == 1)
			i += 2;
		ret[n++] = (char)byte;
	}
	ret[n] = '\0';
	lease_dir_ident_file(ret, again, sizeof(again));
	return strcmp(again, file) == 0;
}

int lease_dir_fail(struct lease_dir *d, const char *what, const char *file, int r, struct error *e)
{
	return error_sys(e, r, "cannot %s %s/%s", what, d->path, file);
}

DIR *lease_dir_entries(int fd, int *ret)
{
	_close_ int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);

	if (dir)
		steal_fd(&again);
	else
		*ret = -errno;
	return dir;
}

struct dirent *lease_dir_next(DIR *dir, int *ret)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(dir);
	*ret = entry ? 0 : -errno;
	return entry;
}

int lease_dir_attachment(struct lease_store *s, const char *ident, struct attachment *ret,
			 struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	char file[300], own[IDENT_TEXT_MAX];
	struct attachment a;
	int r;

	if (d->attached < 0)
		return 0;
	lease_dir_ident_file(ident, file, sizeof(file));
	r = lease_dir_read_record(d, file, ident, own, &a);
	if (r == -ENOENT)
		return 0;
	if (r == -EBADMSG)
		return error_set(e, STATUS_FAILED, r,
				 "its record %s/attached/%.100s cannot be read: %s", d->path, file,
				 d->why);
	if (r < 0)
		return lease_dir_fail(d, "read attachment", file, r, e);
	*ret = a;
	return 1;
}

int lease_dir_walk_attachments(struct lease_store *s,
			       int (*each)(const char *ident, const struct attachment *a,
					   void *arg),
			       void *arg, struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	_closedir_ DIR *dir = NULL;
	struct dirent *entry = NULL;
	bool tidy = true;
	int r = lease_dir_renew(d, e);

	s->unread = false;
	if (r < 0 || d->attached < 0)
		return r;
	dir = lease_dir_entries(d->attached, &r);
	if (!dir)
		return lease_dir_fail(d, "read", "attached", r, e);
	while (r == 0 && (entry = lease_dir_next(dir, &r))) {
		char ident[IDENT_TEXT_MAX];
		struct attachment a;
		int known;

		tidy &= strncmp(entry->d_name, FILE_NEW, strlen(FILE_NEW)) != 0;
		if (entry->d_name[0] == '.')
			continue;
		known = lease_dir_read_record(d, entry->d_name, NULL, ident, &a);
		s->unread |= known < 0 && known != -ENOENT;
		if (known == 0)
			r = each(ident, &a, arg);
	}
	d->tidy_attached = r == 0 && tidy;
	return r < 0 && !entry ? lease_dir_fail(d, "read", "attached", r, e) : r;
}

/*
 * Writes a record over the one that is there, which takes no room that it does not have. Killed in
 * the middle it means nothing, as no record does. Returns 0 or -errno.
 */
static int overwrite(struct lease_dir *d, const char *file, const char *text, size_t len)
{
	_close_ int fd = openat(d->attached, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	ssize_t n = fd < 0 ? -1 : pwrite(fd, text, len, 0);

	if (n >= 0 && n != (ssize_t)len)
		return -ENOSPC;
	return n < 0 || ftruncate(fd, (off_t)len) < 0 ? -errno : 0;
}

int lease_dir_attach(struct lease_store *s, const char *ident, const struct attachment *a,
		     struct error *e)
{
	struct lease_dir *d = lease_dir_of(s);
	_free_ char *text = NULL;
	char file[300], fresh[64], lease[64];
	struct in6_addr address;
	size_t len = 0;
	int r;

	lease_dir_ident_file(ident, file, sizeof(file));
	r = lease_dir_renew(d, e);
	if (r < 0)
		return r;
	if (!a) {
		if (unlinkat(d->attached, file, 0) < 0 && errno != ENOENT)
			r = errno == EISDIR
				    ? lease_dir_clear_way(d, d->attached, file, "it is a directory")
				    : -errno;
		return r < 0 ? lease_dir_fail(d, "remove attachment", file, r, e) : 0;
	}
	if (a->ended && lease_dir_follow(d, ident, lease) == 0 &&
	    lease_dir_file_address(lease, &address))
		lease_dir_note_idle(d, &address, a->since);
	r = attachment_encode(ident, a, &text, &len);
	if (r < 0)
		return lease_dir_fail(d, "write attachment", file, r, e);
	lease_dir_making(d, true);
	r = file_new(d->attached, text, len, false, fresh);
	if (r == 0)
		r = lease_dir_replace(d, d->attached, fresh, file, "it is a directory");
	lease_dir_making(d, false);
	if ((r == -ENOSPC || r == -EDQUOT) && overwrite(d, file, text, len) == 0)
		return 0;
	return r < 0 ? lease_dir_fail(d, "write attachment", file, r, e) : 0;
}
