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
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "watch/record.h"

#define TEXT_MAX 65536
#define GENERATIONS_MOST 64
#define TRIES 100 /* while the one who keeps it changes */
#define PAUSE_US 1000

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

/* The argument after this option, or null; for a null the one that is the ID. */
static const char *argument(const char *text, size_t len, const char *option, const char *id)
{
	for (const char *arg = text; arg < text + len; arg += strlen(arg) + 1) {
		const char *next = arg + strlen(arg) + 1;

		if (!option && strcmp(arg, id) == 0)
			return arg;
		if (option && strcmp(arg, option) == 0 && next < text + len)
			return next;
	}
	return NULL;
}

/* Takes what conmon was told of the container: conmon(8). */
static void take_words(const char *text, size_t len, struct kept_process *ret)
{
	const char *name = argument(text, len, "-n", NULL);
	const char *bundle = argument(text, len, "-b", NULL);

	if (!name || !bundle || strlen(name) >= sizeof(ret->name) ||
	    strlen(bundle) >= sizeof(ret->bundle))
		return;
	strcpy(ret->name, name);
	strcpy(ret->bundle, bundle);
}

/* Where containerd's shim works: in the container's bundle, which has its ID for a name. */
static void take_place(pid_t pid, struct kept_process *ret)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/cwd", (int)pid);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return;
	path[n] = '\0';
	if (strrchr(path, '/') && strcmp(strrchr(path, '/') + 1, ret->id) == 0)
		strcpy(ret->bundle, path);
}

/*
 * Whether a process of the host's root was started for the container. @ret: has its ID. Returns 1,
 * 0, or -EAGAIN if it is ending, and another is to be the parent of its children.
 */
static int keeps(pid_t pid, struct kept_process *ret, pid_t *ret_parent)
{
	_free_ char *text = NULL;
	struct process p;
	size_t len;

	if (process_read(pid, &p) < 0)
		return -EAGAIN;
	/* a user can have a program with a setuid bit wait for theirs, and name its arguments */
	if (p.depth != 1 || p.uid != 0 || p.real_uid != 0)
		return 0;
	/* its memory goes first, its children afterwards */
	if (read_of(pid, "cmdline", &text, &len) < 0 || len == 0)
		return -EAGAIN;
	if (!argument(text, len, NULL, ret->id))
		return 0;
	if (ret->podman)
		take_words(text, len, ret);
	else
		take_place(pid, ret);
	*ret_parent = p.parent;
	return 1;
}

/* Once. As keeper_find; -EAGAIN if one of those above it is ending. */
static int find(pid_t pid, struct kept_process *ret, struct error *e)
{
	struct kept_process found = { .first = pid };
	_free_ char *text = NULL;
	struct process p;
	pid_t above;
	size_t len;
	int r;

	if (process_read(pid, &p) < 0 || read_of(pid, "cgroup", &text, &len) < 0)
		return error_set(e, STATUS_FAILED, -ESRCH, "process %d has ended", (int)pid);
	if (!record_group_id(text, found.id, &found.podman))
		return error_set(e, STATUS_FAILED, -ENODEV, "process %d is in no container",
				 (int)pid);
	for (int i = 0; i < GENERATIONS_MOST && is_in(p.parent, found.id); i++) {
		found.first = p.parent;
		if (process_read(p.parent, &p) < 0)
			return error_set(e, STATUS_FAILED, -EAGAIN, "process %d has ended",
					 (int)p.parent);
	}
	found.is_init = p.inner == 1;
	r = keeps(p.parent, &found, &above);
	if (r <= 0)
		return error_set(e, STATUS_FAILED, r < 0 ? r : -EPERM,
				 "process %d is in no container that an engine of this host keeps",
				 (int)pid);
	/* while the container is made, the runtime is between */
	if (found.podman && !*found.name)
		keeps(above, &found, &above);
	*ret = found;
	return 0;
}

int keeper_find(pid_t pid, struct kept_process *ret, struct error *e)
{
	int r = find(pid, ret, e);

	/* who ran it, as `docker exec` has runc do, may end just now and leave it to the shim */
	for (int left = TRIES; r == -EAGAIN && left > 0; left--) {
		usleep(PAUSE_US);
		r = find(pid, ret, e);
	}
	return r == -EAGAIN ? -EPERM : r;
}
