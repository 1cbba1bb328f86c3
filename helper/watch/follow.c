/*
 * The service's configuration: the last good one, and what becomes of its file.
 *
 * Theory of operation: a stat(2) a second tells whether the file was changed or replaced. One that
 * is good takes the place of the one that the service and its children work with; one that is not,
 * or is not there, changes nothing and is read again at each look until it is good. What is wrong
 * with it is told when it is new.
 */
#include "watch/follow.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "store/chosen.h"
#include "watch/journal.h"
#include "watch/notify.h"

/* Whether the file is the one that was read, unchanged since. */
static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* One line for the journal, and for who asks the service manager. */
static void tell(const char *what, const char *text)
{
	char state[ERROR_TEXT_MAX + 128];

	journal_remark(what, text);
	snprintf(state, sizeof(state), "STATUS=%s", text);
	/* a newline would begin another assignment: sd_notify(3) */
	for (char *c = state; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	notify_service(state);
}

/* What is wrong is no news if it is what was wrong before. */
static void tell_wrong(struct follow *f, const struct error *e)
{
	char text[ERROR_TEXT_MAX + 64];

	if (strcmp(f->wrong, e->text) == 0)
		return;
	snprintf(f->wrong, sizeof(f->wrong), "%s", e->text);
	snprintf(text, sizeof(text),
		 f->now.config ? "the last good configuration holds: %s"
			       : "waiting for a good configuration: %s",
		 e->text);
	tell("note", text);
}

/*
 * Leases are where they were found: another directory holds nothing of what is attached, which
 * would be cut off.
 */
static void keep_state_dir(struct follow *f, struct config *fresh)
{
	char text[ERROR_TEXT_MAX];
	char *kept = f->now.config->state_dir;

	if (strcmp(kept, fresh->state_dir) == 0)
		return;
	snprintf(text, sizeof(text),
		 "configuration %s: \"state_dir\" stays %s until the service is started anew: stop "
		 "it, move that directory to %s, start it",
		 f->path, kept, fresh->state_dir);
	journal_remark("note", text);
	f->now.config->state_dir = fresh->state_dir;
	fresh->state_dir = kept;
}

/* A number that tells what the file holds, 0 for one that cannot be read. */
static uint64_t sum_of(const char *path)
{
	_free_ char *text = NULL;
	size_t len;

	return file_read(AT_FDCWD, path, CONFIG_SIZE_MAX, &text, &len) == 0
		       ? text_hash(text, len) | 1
		       : 0;
}

int follow_look(struct follow *f)
{
	_context_ struct context fresh = { 0 };
	struct stat file = { 0 };
	char text[ERROR_TEXT_MAX];
	struct error e;
	uint64_t sum;
	int r;

	/* before it is read: what is changed meanwhile is seen by the next look */
	stat(f->path, &file);
	f->looked = file;
	if (f->now.config && !*f->wrong && is_same(&file, &f->seen))
		return 0;
	/* one that says what it said is no news, whoever touched it */
	sum = sum_of(f->path);
	if (f->now.config && !*f->wrong && sum && sum == f->sum) {
		f->seen = file;
		return 0;
	}
	r = f->now.config ? context_read(f->path, &fresh, &e)
			  : context_open(f->path, true, &fresh, &e);
	if (r == 0 && f->now.config)
		r = store_follow(f->now.store, fresh.config, &e);
	if (r < 0) {
		tell_wrong(f, &e);
		return 0;
	}
	if (f->now.config) {
		keep_state_dir(f, fresh.config);
		fresh.store = steal_ptr(&f->now.store);
	}
	snprintf(text, sizeof(text), "configuration %s is %s", f->path,
		 *f->wrong ? "good again" : "followed");
	/* at the start it is what everybody expects */
	if (f->now.config || *f->wrong)
		tell("note", text);
	context_release(&f->now);
	f->now = fresh;
	fresh = (struct context){ 0 };
	f->seen = file;
	f->sum = sum;
	*f->wrong = '\0';
	return 1;
}

void follow_again(struct follow *f)
{
	f->seen = f->looked = (struct stat){ 0 };
	f->sum = 0;
	*f->wrong = '\0';
}

bool follow_is_news(const struct follow *f)
{
	struct stat file = { 0 };

	stat(f->path, &file);
	return !is_same(&file, &f->looked);
}

void follow_release(struct follow *f)
{
	context_release(&f->now);
}
