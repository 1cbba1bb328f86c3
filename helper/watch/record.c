/* What the parser of the watch service tells the applier: one record of fixed size, nothing else.
 */
#include "watch/record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "engine/incus_name.h"

/* Docker's rule for names and IDs. An empty text is fine where `empty` says so. */
static bool is_name(const char *text, bool empty)
{
	if (!*text)
		return empty;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && (p == text || !strchr("_.-", *p)))
			return false;
	return true;
}

/* Docker's and Podman's IDs: 64 lower-case hexadecimal digits. Incus's are UUIDs. */
static bool is_id(const struct record *r)
{
	if (r->engine == ENGINE_INCUS)
		return incus_is_id(r->id);
	return strlen(r->id) == 64 && strspn(r->id, "0123456789abcdef") == 64;
}

void record_fill(struct record *r, const struct instance *i)
{
	r->pid = i->pid;
	r->wish = i->enable;
	r->has_mac = i->has_mac;
	memcpy(r->given, i->given, sizeof(r->given));
	r->given_count = (uint32_t)i->given_count;
	r->expose = i->expose;
	r->published = i->published;
	memcpy(r->mac, i->mac, sizeof(i->mac));
	snprintf(r->id, sizeof(r->id), "%s", i->id);
	snprintf(r->name, sizeof(r->name), "%s", i->ident.name);
	snprintf(r->address, sizeof(r->address), "%s", i->address);
	snprintf(r->place, sizeof(r->place), "%s", i->place);
	snprintf(r->hostname, sizeof(r->hostname), "%s", i->hostname);
}

int record_check(struct record *r)
{
	char hostname[HOSTNAME_MAX];
	bool whom =
		r->kind == RECORD_RUNNING || r->kind == RECORD_GONE || r->kind == RECORD_RENAMED;

	r->id[sizeof(r->id) - 1] = '\0';
	r->name[sizeof(r->name) - 1] = '\0';
	r->old_name[sizeof(r->old_name) - 1] = '\0';
	r->address[sizeof(r->address) - 1] = '\0';
	r->place[sizeof(r->place) - 1] = '\0';
	r->why[sizeof(r->why) - 1] = '\0';
	r->hostname[sizeof(r->hostname) - 1] = '\0';
	if (r->magic != RECORD_MAGIC || r->kind < RECORD_RUNNING || r->kind > RECORD_NOTE ||
	    r->wish > WISH_NO || r->given_count > INSTANCE_GIVEN_MAX ||
	    !exposed_is_valid(&r->expose) || !exposed_is_valid(&r->published) ||
	    r->published.word == EXPOSE_PUBLISHED || !(is_id(r) || (!whom && !*r->id)) ||
	    !is_name(r->name, !whom) ||
	    (whom && r->engine == ENGINE_INCUS && !incus_can_exist(r->name)) ||
	    (*r->hostname &&
	     (!hostname_read(r->hostname, hostname) || strcmp(r->hostname, hostname) != 0)) ||
	    !is_name(r->old_name, true) || (r->kind == RECORD_RUNNING && r->pid < 1))
		return -EBADMSG;
	return 0;
}

/* The outermost ID in this line, or null; a pod's, by which Podman groups, is none. */
static const char *find_id(const char *line)
{
	static const char pods[] = "/libpod_parent/";
	const size_t len = 64, before = sizeof(pods) - 1;

	for (const char *at = line; *at && *at != '\n'; at++) {
		size_t digits = strspn(at, "0123456789abcdef");
		const char *end = at + digits;

		if (digits == 0)
			continue;
		if (digits == len && at > line && (at[-1] == '/' || at[-1] == '-') &&
		    (*end == '\0' || *end == '\n' || *end == '/' ||
		     strncmp(end, ".scope", 6) == 0) &&
		    !((size_t)(at - line) >= before && strncmp(at - before, pods, before) == 0))
			return at;
		at = end - 1;
	}
	return NULL;
}

/* The beginning of the line after, or null. */
static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line ? line + 1 : NULL;
}

bool record_in_group(const char *cgroup, const char *id)
{
	for (const char *line = cgroup; line; line = next_line(line)) {
		const char *found = find_id(line);

		if (found && strncmp(found, id, 64) == 0)
			return true;
	}
	return false;
}

bool record_group_id(const char *cgroup, char ret_id[65], bool *ret_podman)
{
	static const char podman[] = "libpod-";
	const size_t before = sizeof(podman) - 1;
	const char *first = NULL;
	size_t ahead = 0;

	for (const char *line = cgroup; line; line = next_line(line)) {
		const char *found = find_id(line);

		if (found && first && strncmp(found, first, 64) != 0)
			return false;
		if (found && !first)
			ahead = (size_t)(found - line);
		first = first ? first : found;
	}
	if (!first)
		return false;
	snprintf(ret_id, 65, "%.64s", first);
	*ret_podman = ahead >= before && strncmp(first - before, podman, before) == 0;
	return true;
}

/* Whether it is the first process of that instance of Incus's, and its monitor root's. */
static bool is_first_of(int32_t pid, const char *name, const char *socket)
{
	char dir[PATH_MAX + 16], at[PATH_MAX];
	struct instance found;
	struct error ignored;
	char *slash;

	if (!realpath(socket, dir) || !(slash = strrchr(dir, '/')))
		return false;
	strcpy(slash, "/containers");
	return runtime_lxc_of(pid, &found, at, sizeof(at), &ignored) == 0 && found.pid == pid &&
	       found.ident.owner == 0 && strcmp(found.ident.name, name) == 0 &&
	       strcmp(at, dir) == 0;
}

int record_check_pid(const struct record *r, const struct config_engine *engine,
		     uint64_t *ret_started)
{
	_free_ char *text = NULL;
	_close_ int proc = -1;
	char path[64];
	size_t len;

	/* the directory is of one process, whoever gets its number later */
	snprintf(path, sizeof(path), "/proc/%d", r->pid);
	proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!*r->id || proc < 0 || process_started(proc, ret_started) < 0)
		return -ESRCH;
	if (r->engine == ENGINE_INCUS)
		return is_first_of(r->pid, r->name, engine->socket) ? 0 : -ESRCH;
	if (file_read(proc, "cgroup", 65536, &text, &len) < 0)
		return -ESRCH;
	return record_in_group(text, r->id) ? 0 : -ESRCH;
}
