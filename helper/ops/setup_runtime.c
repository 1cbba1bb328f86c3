/* v6hook setup --docker-runtime: v6hook-runtime among Docker's runtimes, and out of them again. */
#include "ops/setup_runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/member.h"
#include "base/program.h"
#include "disk/daemon.h"
#include "disk/dockerd.h"
#include "disk/put.h"
#include "ops/setup.h"

#define CONFIG "/etc/docker/daemon.json"
#define PROGRAM V6HOOK_LIBEXECDIR "/v6hook-runtime"
#define VERSION_MS 10000
#define MADE_MAX (1024 * 1024) /* bytes: what Docker keeps of a container */

#define _daemon_ CLEANUP(daemon_release)

void runtime_plan_release(struct runtime_plan *p)
{
	free(p->former);
	free(p->text);
}

/*
 * Looks for what dockerd was started with that this must not meet: it does not start with one thing
 * told both ways. Returns 0 or -EINVAL.
 */
static int check_options(const struct runtime_wish *w, struct error *e)
{
	_free_ char *options = dockerd_options();
	const char *value;

	for (const char *o = options; o && *o; o += strlen(o) + 1) {
		if (dockerd_option(o, "--config-file", &value) && strcmp(value, CONFIG) != 0)
			return error_set(e, STATUS_FAILED, -EINVAL,
					 "dockerd reads %s instead of " CONFIG ": write it there "
					 "yourself: v6hook(8), setup",
					 value);
		if (!w->undo && dockerd_option(o, "--add-runtime", &value))
			return error_set(e, STATUS_FAILED, -EINVAL,
					 "dockerd is started with --add-runtime, which excludes "
					 "\"runtimes\" in " CONFIG ": --add-runtime " DAEMON_RUNTIME
					 "=" PROGRAM);
		if (!w->undo && w->by_default && dockerd_option(o, "--default-runtime", &value))
			return error_set(
				e, STATUS_FAILED, -EINVAL,
				"dockerd is started with --default-runtime: say there that "
				"it is " DAEMON_RUNTIME);
	}
	return 0;
}

/* Whether this Docker bears a runtime that is not its own by default. Returns 0 or -EOPNOTSUPP. */
static int check_version(const struct runtime_wish *w, struct error *e)
{
	const char *const argv[] = { "dockerd", "--version", NULL };
	unsigned int major, minor, patch;
	struct error why;
	char line[128];

	if (!w->by_default || w->undo || w->force)
		return 0;
	if (program_says(argv, VERSION_MS, line, sizeof(line), &why) < 0)
		return error_set(e, STATUS_FAILED, -EOPNOTSUPP,
				 "cannot tell Docker's version (%.200s), and some end at once with "
				 "a default-runtime: --force",
				 why.text);
	if (sscanf(line, "Docker version %u.%u.%u", &major, &minor, &patch) == 3 &&
	    (major > 20 || (major == 20 && (minor > 10 || (minor == 10 && patch > 2)))))
		return 0;
	return error_set(e, STATUS_FAILED, -EOPNOTSUPP,
			 "dockerd ends at once with a default-runtime before 20.10.3, and this is "
			 "%.60s: without =default, and --runtime " DAEMON_RUNTIME,
			 line);
}

/* Whether a container was made with our runtime. @dir: where Docker keeps it */
static bool is_made_with(int dir, const char *id)
{
	_free_ char *text = NULL;
	char path[NAME_MAX + 32];
	struct member m;
	size_t len;

	snprintf(path, sizeof(path), "%s/hostconfig.json", id);
	return file_read(dir, path, MADE_MAX, &text, &len) == 0 &&
	       member_find(text, "Runtime", &m) &&
	       strncmp(m.value, "\"" DAEMON_RUNTIME "\"", strlen("\"" DAEMON_RUNTIME "\"")) == 0;
}

/* Containers that were made with our runtime. */
struct made {
	unsigned int count;
	char first[13]; /* of whose ID */
};

/* Counts them in a directory of Docker's. Returns 0 or -errno. */
static int count_made(const char *root, struct made *m, struct error *e)
{
	_closedir_ DIR *dir = NULL;
	char path[PATH_MAX];
	struct dirent *entry;

	if (snprintf(path, sizeof(path), "%s/containers", root) >= (int)sizeof(path))
		return error_sys(e, -ENAMETOOLONG, "cannot read %s", root);
	dir = opendir(path);
	if (!dir && errno != ENOENT)
		return error_sys(e, -errno, "cannot read %s, where containers that need it are",
				 path);
	while (dir && (entry = readdir(dir)))
		if (is_made_with(dirfd(dir), entry->d_name) && m->count++ == 0)
			snprintf(m->first, sizeof(m->first), "%.12s", entry->d_name);
	return 0;
}

/* Whether it is called as the directory that Docker has for users of a range (userns-remap). */
static bool is_of_users(const char *name)
{
	static const char digits[] = "0123456789";
	const size_t user = strspn(name, digits);
	const size_t group = name[user] == '.' ? strspn(name + user + 1, digits) : 0;

	return user && group && !name[user + 1 + group];
}

/* The same in the directory where it keeps all, and in those that it has there for users. */
static int count_all_made(const char *root, struct made *m, struct error *e)
{
	int r = count_made(root, m, e);
	_closedir_ DIR *dir = opendir(root);
	struct dirent *entry;
	char path[PATH_MAX];

	while (r == 0 && dir && (entry = readdir(dir)))
		if (is_of_users(entry->d_name) &&
		    snprintf(path, sizeof(path), "%s/%s", root, entry->d_name) < (int)sizeof(path))
			r = count_made(path, m, e);
	return r;
}

/* Whether a word is the option that says where dockerd keeps all. @ret: then that */
static bool is_root(const char *word, const char **ret)
{
	const char *value;

	if ((!dockerd_option(word, "--data-root", &value) &&
	     !dockerd_option(word, "--graph", &value) && !dockerd_option(word, "-g", &value)) ||
	    *value != '/')
		return false;
	*ret = value;
	return true;
}

/* Containers keep the runtime that they were made with. Returns 0, -EBUSY or -errno. */
static int check_containers(const struct runtime_wish *w, const struct daemon *d, struct error *e)
{
	_free_ char *options = dockerd_options(), *words = options ? NULL : dockerd_words();
	const char *root = d->data_root, *other = root;
	struct made made = { 0 };
	int r;

	if (!w->undo || w->force)
		return 0;
	for (const char *o = options; o && *o; o += strlen(o) + 1)
		is_root(o, &root);
	r = count_all_made(root, &made, e);
	for (const char *o = words; r == 0 && !made.count && o && *o; o += strlen(o) + 1)
		if (is_root(o, &other))
			r = count_all_made(other, &made, e);
	if (r < 0 || !made.count)
		return r;
	return error_set(e, STATUS_FAILED, -EBUSY,
			 "containers were made with this runtime, and would not start any more "
			 "(%u, such as %s): make them anew without it, or --force",
			 made.count, made.first);
}

int op_runtime_look(const struct runtime_wish *w, struct runtime_plan *ret, struct error *e)
{
	_runtime_plan_ struct runtime_plan p = { .wish = *w, .path = CONFIG };
	_daemon_ struct daemon d = { .text = NULL };
	int r = daemon_read(p.path, &d, e);

	if (r < 0)
		return r;
	p.former = steal_ptr(&d.text);
	d.text = p.former ? strdup(p.former) : NULL;
	if (w->undo) {
		p.done = !d.named && !d.by_default;
		r = p.done ? 0 : daemon_remove(&d, &p.text, e);
	} else {
		r = daemon_add(&d, PROGRAM, w->by_default, &p.text, e);
		p.done = r == 0 && !p.text;
	}
	if (r < 0)
		return error_prefix(e, r, "%s", p.path);
	if (!p.done)
		r = check_options(w, e);
	if (r == 0 && !p.done)
		r = check_version(w, e);
	if (r == 0 && !p.done)
		r = check_containers(w, &d, e);
	if (r < 0)
		return r;
	*ret = p;
	p.former = p.text = NULL;
	return 0;
}

/* Whether the file is as it was when the plan was made. Returns 0, -ESTALE, or -errno. */
static int check_same(const struct runtime_plan *p, struct error *e)
{
	_daemon_ struct daemon now = { .text = NULL };
	int r = daemon_read(p->path, &now, e);

	if (r < 0)
		return r;
	if (!now.text == !p->former && (!now.text || strcmp(now.text, p->former) == 0))
		return 0;
	return error_set(e, STATUS_FAILED, -ESTALE,
			 "%s has been changed since this one looked: run it again", p->path);
}

int op_runtime_do(const struct runtime_plan *p, struct error *e)
{
	char directory[sizeof(p->path)];
	_close_ int lock = setup_lock(e);
	int r = lock < 0 ? lock : check_same(p, e);

	if (r < 0 || p->done)
		return r;
	put_sweep(p->path);
	if (!p->text)
		return unlink(p->path) < 0 ? error_sys(e, -errno, "cannot remove %s", p->path) : 0;
	snprintf(directory, sizeof(directory), "%s", p->path);
	*strrchr(directory, '/') = '\0';
	r = put_directory(directory, e);
	return r < 0 ? r : put_file(p->path, p->text, NULL, false, e);
}
