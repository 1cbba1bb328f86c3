/*
 * Has the program of "on_change" told what has come into service, and what has gone.
 *
 * Theory of operation: nothing is queued. What is in service is compared with what the program has
 * been told and has taken, which is kept in a file; for each difference it is run, and what it
 * takes (exit status 0) is noted. So nothing is lost while it fails, while no service runs or when
 * the host goes down; what came and went meanwhile is not told at all; and what it was told just
 * before all was killed it may be told again. What goes is told first, as its name may be another's
 * by now.
 */
#include "watch/tell.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/ident.h"
#include "base/note.h"
#include "base/text.h"
#include "base/user.h"
#include "names/untold.h"
#include "watch/journal.h"
#include "watch/run.h"
#include "watch/stats.h"

#define FAILS_MOST 3 /* in a row: then the rest waits */
#define SAVE_MS 1000 /* what was told is written so often at least */
#define VARIABLES 8  /* of the program's environment */
#define VARIABLE_MOST (IDENT_TEXT_MAX + 64)

struct tell {
	struct context *c;
	struct told told, now;
	unsigned int fails, waiting;
	bool failed, dirty;
	int64_t saved;
};

static void tell_release(struct tell *t)
{
	told_release(&t->told);
	told_release(&t->now);
}

static void save(struct tell *t)
{
	struct error e;

	if (t->dirty && told_write(t->c->config->state_dir, &t->told, &e) < 0)
		note(NOTE_STATE, "%s", e.text);
	t->dirty = false;
	t->saved = clock_ms();
}

/* Runs the program for one change. Returns whether it has taken that. */
static bool run_for(struct tell *t, const struct told_one *one, bool attached)
{
	char texts[VARIABLES][VARIABLE_MOST], address[INET6_ADDRSTRLEN], reverse[TEXT_REVERSE_MAX];
	const char *environment[VARIABLES + 2] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
						   "/usr/bin:/sbin:/bin" };
	char shown[IDENT_TEXT_MAX + USER_NAME_MAX];
	struct ident id;
	struct error e;
	size_t n = 0;

	if (ident_from_text(one->ident, &id) < 0)
		return true;
	text_reverse(&one->address, reverse);
	text_address(&one->address, address);
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_CHANGE=%s", attached ? "attached" : "detached");
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_ADDRESS=%s", address);
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_REVERSE=%s", reverse);
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_NAME=%s", one->name);
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_CONTAINER=%s", one->ident);
	snprintf(texts[n++], VARIABLE_MOST, "V6HOOK_RUNTIME=%s", id.runtime);
	for (size_t i = 0; i < n; i++)
		environment[i + 1] = texts[i];
	if (run_command(&t->c->config->on_change, environment, &e) == 0) {
		stats_told(true);
		t->fails = 0;
		return true;
	}
	stats_told(false);
	t->failed = true;
	t->fails++;
	journal_change("failed", ident_shown(&id, shown, sizeof(shown)), address,
		       attached ? "on_change, attached" : "on_change, detached", e.text);
	return false;
}

/* Tells one change, unless so much has failed that the rest waits. Returns 0 or -ENOMEM. */
static int tell_one(struct tell *t, const struct told_one *one, bool attached)
{
	int r = 0;

	if (t->fails >= FAILS_MOST) {
		t->waiting++;
		return 0;
	}
	if (!run_for(t, one, attached))
		return 0;
	if (attached)
		r = told_put(&t->told, one);
	else
		told_drop(&t->told, &one->address);
	t->dirty = true;
	if (clock_ms() - t->saved >= SAVE_MS)
		save(t);
	return r;
}

/* Tells all that there is to be told. Returns 0 or -ENOMEM. */
static int tell_all(struct tell *t)
{
	int r = 0;

	/* one that is told goes out of the list */
	for (size_t i = 0; r == 0 && i < t->told.count;) {
		const struct told_one one = t->told.list[i];
		const size_t before = t->told.count;

		if (!untold_is_in(&t->now, &one))
			r = tell_one(t, &one, false);
		i += t->told.count == before;
	}
	for (size_t i = 0; r == 0 && i < t->now.count; i++) {
		const struct told_one *one = &t->now.list[i];

		/* the end of who had it before comes first */
		if (!untold_has(&t->told, &one->address))
			r = tell_one(t, one, true);
	}
	return r;
}

int tell_changes(struct context *c)
{
	CLEANUP(tell_release) struct tell t = { .c = c, .saved = clock_ms() };
	struct error e;
	int r = untold_read(c, &t.told, &t.now, &e);

	if (r == 1)
		note(NOTE_WARNING, "%s/told is damaged: what it does not say is told once more",
		     c->config->state_dir);
	if (r < 0) {
		note(NOTE_STATE, "on_change: %s", e.text);
		return -EAGAIN;
	}
	r = tell_all(&t);
	save(&t);
	if (t.waiting)
		note(NOTE_WARNING, "on_change: %u more changes wait until it works", t.waiting);
	return r < 0 || t.failed ? -EAGAIN : 0;
}
