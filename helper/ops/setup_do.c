/* v6hook setup, the work: what the plan says is done, or taken back by the record of it. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "base/cleanup.h"
#include "base/note.h"
#include "disk/put.h"
#include "net/route.h"
#include "ops/setup.h"
#include "ops/verbs.h"
#include "wire/nl.h"

#define LOCK "/run/v6hook-setup.lock" /* of the host: all runs write the same files */

int setup_lock(struct error *e)
{
	_close_ int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);

	if (fd < 0)
		return error_sys(e, -errno, "cannot open the lock %s", LOCK);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return steal_fd(&fd);
	if (errno == EWOULDBLOCK)
		return error_set(e, STATUS_FAILED, -EBUSY,
				 "another v6hook setup is at work: wait until it is done");
	return error_sys(e, -errno, "cannot lock %s", LOCK);
}

/* Whether the record is as it was when the plan was made. Returns 0, -ESTALE, or -errno. */
static int check_record(const struct setup_plan *p, struct error *e)
{
	_setup_record_ struct setup_record *now = NULL;
	int r = setup_record_read(p->config_path, &now, e);

	if (r < 0 && r != -ENOENT)
		return r;
	if (setup_record_is_same(now, p->former))
		return 0;
	return error_set(e, STATUS_FAILED, -ESTALE,
			 "another v6hook setup has changed the host since this one looked: run it "
			 "again");
}

/* Makes the directory that the record lies in, which is before there is one. */
static int make_room(const struct setup_plan *p, struct error *e)
{
	_free_ char *path = strdup(p->config_path);
	const char *dir = path ? dirname(path) : "";

	for (size_t i = 0; i < p->record->directory_count; i++) {
		const char *made = p->record->directories[i];
		size_t len = strlen(made);
		int r = strncmp(made, dir, len) == 0 && (!dir[len] || dir[len] == '/')
				? put_directory(made, e)
				: 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static int take_file(const struct setup_file *f, struct error *e)
{
	return put_back(f->path, f->text, f->kept, f->amended, e);
}

/* Puts the files in place, and takes those back that only a former run wanted. */
static int put_files(const struct setup_plan *p, struct error *e)
{
	struct setup_record *record = p->record;
	int r = 0;

	for (size_t i = 0; r == 0 && i < record->directory_count; i++)
		r = put_directory(record->directories[i], e);
	for (size_t i = p->planned; r == 0 && i < record->file_count; i++)
		r = take_file(&record->files[i], e);
	for (size_t i = 0; r == 0 && i < p->planned; i++) {
		const struct setup_file *f = &record->files[i];
		const struct setup_file *former = setup_record_file(p->former, f->path);

		r = put_file(f->path, f->text, former ? former->text : NULL, f->kept, e);
	}
	return r;
}

/* Sets what is to be set, in its order; after a failure no more. */
static int set_values(const struct setup_plan *p, struct error *e)
{
	struct sysctl_changes changes = { 0 };
	struct route route;
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = nl_open(&nl, e);

	for (size_t i = 0; r == 0 && i < p->permanent.count; i++) {
		const struct host_setting *s = &p->permanent.list[i];

		r = sysctl_set(s->part, s->dev, s->name, s->value, &changes, e);
	}
	if (r == 0 && p->ra_default && route_default_by(nl, p->uplink.ifindex, &route) != 1)
		return error_set(e, STATUS_FAILED, -ENETUNREACH,
				 "turning forwarding on lost the default route of %s",
				 p->uplink.name);
	return r;
}

/* Removes those that are empty: with something else in it by now, one stays. */
static void remove_directories(const struct setup_record *record)
{
	for (size_t i = record->directory_count; i-- > 0;)
		rmdir(record->directories[i]);
}

/*
 * Takes the files back, the last one first; those that cannot be stay in the record. Returns 0, or
 * the first -errno.
 */
static int take_files(struct setup_record *record, struct error *e)
{
	struct setup_file left[SETUP_FILES_MAX];
	size_t first = SETUP_FILES_MAX;
	struct error why;
	int r = 0;

	for (size_t i = record->file_count; i-- > 0;) {
		struct setup_file *f = &record->files[i];
		int one = take_file(f, r == 0 ? e : &why);

		if (one == 0) {
			setup_file_release(f);
			continue;
		}
		if (r < 0)
			note(NOTE_WARNING, "%s", why.text);
		left[--first] = *f;
		r = r < 0 ? r : one;
	}
	record->file_count = SETUP_FILES_MAX - first;
	memcpy(record->files, left + first, record->file_count * sizeof(*left));
	return r;
}

/*
 * Takes back what the record tells, wherever the run was that wrote it. What cannot be taken back
 * keeps nothing else from it, and is what the record tells of then.
 */
static int take_back(const char *config_path, struct setup_record *record, struct error *e)
{
	struct sysctl_changes changes = { 0 };
	struct error why;
	int r;

	/* it may be uninstalled by now */
	if (record->service && service_restore(record->enabled, record->active, &why) < 0)
		note(NOTE_WARNING, "the service stays as it is: %s", why.text);
	r = take_files(record, e);
	for (size_t i = 0; i < record->value_count; i++) {
		const struct setup_value *v = &record->values[i];
		struct sysctl_change *c = &changes.list[changes.count++];

		*c = (struct sysctl_change){ .part = v->part, .name = v->name, .old = v->old };
		memcpy(c->dev, v->dev, sizeof(c->dev));
	}
	sysctl_restore(&changes);
	if (r < 0) {
		record->value_count = 0;
		record->service = false;
		if (setup_record_write(config_path, record, &why) < 0)
			note(NOTE_WARNING, "%s", why.text);
		return error_prefix(e, r, "all else is taken back, and this by another --undo");
	}
	/* all but the one that the record is in; then that one */
	remove_directories(record);
	r = setup_record_remove(config_path, e);
	if (r == 0)
		remove_directories(record);
	return r;
}

/* What is left of the record when all is done. */
static int finish(struct setup_plan *p, struct error *e)
{
	struct setup_record *record = p->record;

	while (record->file_count > p->planned)
		setup_file_release(&record->files[--record->file_count]);
	record->finished = true;
	return setup_record_write(p->config_path, record, e);
}

int op_setup_do(struct setup_plan *p, struct error *e)
{
	_close_ int lock = setup_lock(e);
	struct error ignored;
	int r = lock < 0 ? lock : check_record(p, e);

	if (r < 0)
		return r;
	r = make_room(p, e);
	if (r == 0)
		r = setup_record_write(p->config_path, p->record, e);
	if (r == 0)
		r = put_files(p, e);
	if (r == 0)
		r = set_values(p, e);
	if (r == 0 && p->start)
		r = service_enable(e);
	if (r == 0)
		r = finish(p, e);
	if (r < 0 && !p->former && take_back(p->config_path, p->record, &ignored) < 0)
		note(NOTE_WARNING, "cannot take all of it back: %s", ignored.text);
	return r;
}

static int on_marked(const struct in6_addr *address, int ifindex, void *arg)
{
	(void)address, (void)ifindex;
	*(bool *)arg = true;
	return 0;
}

int op_setup_undo(const char *config_path, bool force, struct error *e)
{
	_setup_record_ struct setup_record *record = NULL;
	_nl_sock_ struct nl_sock *nl = NULL;
	_close_ int lock = setup_lock(e);
	bool attached = false;
	int r;

	if (lock < 0)
		return lock;
	r = setup_record_read(config_path, &record, e);
	/* a run that was killed before there was one has changed nothing */
	put_sweep(config_path);
	if (r == -ENOENT)
		return error_set(e, STATUS_FAILED, r,
				 "there is nothing to take back: no %s" RECORD_SUFFIX, config_path);
	if (r == 0)
		r = nl_open(&nl, e);
	if (r == 0)
		r = route_each_marked(nl, on_marked, &attached);
	if (r < 0)
		return *e->text ? r
				: error_sys(e, r, "cannot tell whether containers are attached");
	if (attached && !force)
		return error_set(
			e, STATUS_FAILED, -EBUSY,
			"containers are attached, and would not be reached any more: v6hook "
			"list; detach them, or --force");
	/* as long as it says where */
	op_sweep_made(config_path, NULL);
	return take_back(config_path, record, e);
}
