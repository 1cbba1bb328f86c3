/*
 * Which engine's container a process is in, by what the kernel says of it and of who keeps it.
 *
 * Theory of operation: its cgroup is named for the container. But who may make cgroups, as root in
 * another engine's container may, names them as they like. So the first process in there must be
 * the child of one on the host, of its root, that was started for that very container, as its
 * command line says: containerd's shim, conmon, or the runtime itself while it makes the container.
 */
#include "watch/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "watch/record.h"

#define TEXT_MAX 65536
#define GENERATIONS_MOST 64

/* Reads a file of a process. Returns 0 or -errno. */
static int read_of(pid_t pid, const char *file, char **ret, size_t *ret_len)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_read(AT_FDCWD, path, TEXT_MAX, ret, ret_len);
}

/* Whether the process is in the container with this ID. */
static bool is_in(pid_t pid, const char *id)
{
	_free_ char *text = NULL;
	size_t len;

	return read_of(pid, "cgroup", &text, &len) == 0 && record_in_group(text, id);
}

/* Whether an argument of the process is the ID. */
static bool is_for(pid_t pid, const char *id)
{
	_free_ char *text = NULL;
	size_t len;

	if (read_of(pid, "cmdline", &text, &len) < 0)
		return false;
	for (const char *arg = text; arg < text + len; arg += strlen(arg) + 1)
		if (strcmp(arg, id) == 0)
			return true;
	return false;
}

int keeper_find(pid_t pid, struct kept_process *ret, struct error *e)
{
	struct kept_process found = { .first = pid };
	_free_ char *text = NULL;
	struct process p, keeper;
	size_t len;

	if (process_read(pid, &p) < 0 || read_of(pid, "cgroup", &text, &len) < 0)
		return error_set(e, STATUS_FAILED, -ESRCH, "process %d has ended", (int)pid);
	if (!record_group_id(text, found.id, &found.podman))
		return error_set(e, STATUS_FAILED, -ENODEV, "process %d is in no container",
				 (int)pid);
	for (int i = 0; i < GENERATIONS_MOST && is_in(p.parent, found.id); i++) {
		found.first = p.parent;
		if (process_read(p.parent, &p) < 0)
			return error_set(e, STATUS_FAILED, -ESRCH, "process %d has ended",
					 (int)pid);
	}
	if (process_read(p.parent, &keeper) < 0 || keeper.depth != 1 || keeper.uid != 0 ||
	    !is_for(p.parent, found.id))
		return error_set(e, STATUS_FAILED, -EPERM,
				 "process %d is in no container that an engine of this host keeps",
				 (int)pid);
	*ret = found;
	return 0;
}
