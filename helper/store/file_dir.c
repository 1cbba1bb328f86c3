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
#include "store/lease_dir.h"
#include "store/lease_json.h"

void lease_dir_address_file(const struct in6_addr *address, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN];

	snprintf(out, size, "%s.json", inet_ntop(AF_INET6, address, text, sizeof(text)));
}

bool lease_dir_file_address(const char *file, struct in6_addr *ret)
{
	char text[INET6_ADDRSTRLEN + sizeof(".json")];
	size_t n = strlen(file);

	if (n >= sizeof(text) || n < sizeof(".json") || strcmp(file + n - 5, ".json") != 0)
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(n - 5), file);
	return inet_pton(AF_INET6, text, ret) == 1;
}

int lease_dir_read(struct lease_dir *d, const char *file, struct lease *ret)
{
	_free_ char *text = NULL;
	struct lease lease;
	char own[64];
	size_t len;
	int r = file_read(d->leases, file, LEASE_FILE_MAX, &text, &len);

	/* a disk that fails once may be able to read it all the same: damaged is what stays so */
	if (r == -EIO)
		r = file_read(d->leases, file, LEASE_FILE_MAX, &text, &len);
	if (r == -EFBIG || r == -EISDIR || r == -EIO)
		return -EBADMSG;
	if (r == 0)
		r = lease_decode(text, len, &lease);
	if (r < 0)
		return r;
	lease_dir_address_file(&lease.address, own, sizeof(own));
	if (strcmp(own, file) != 0)
		return -EBADMSG;
	*ret = lease;
	return 0;
}

bool lease_dir_is_damaged(struct lease_dir *d, const char *file)
{
	char aside[96];

	snprintf(aside, sizeof(aside), "%s" LEASE_DIR_DAMAGED, file);
	return faccessat(d->leases, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void lease_dir_set_aside(struct lease_dir *d, const char *file)
{
	char aside[96];

	snprintf(aside, sizeof(aside), "%s" LEASE_DIR_DAMAGED, file);
	if (renameat(d->leases, file, d->leases, aside) == 0)
		note(NOTE_WARNING, "lease file %s/leases/%s is damaged: set aside as %s", d->path,
		     file, aside);
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
