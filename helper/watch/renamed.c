/*
 * What an instance holds follows it to its new name, also where names are exchanged.
 *
 * Theory of operation: what is heard of a rename may be old, so the engine is asked for the name
 * that the instance has by now (job.c). That one may have a lease, of an instance which has another
 * name by now, too: it is moved first. What it is called may be this one's old name, so that this
 * one waits under its ID meanwhile. Each step is durable, and none leaves a lease that is nobody's:
 * whoever is started after a kill finds the lease by the instance, under whatever name.
 */
#include "watch/renamed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/verbs.h"
#include "watch/journal.h"
#include "watch/named.h"

#define RING_MOST 16 /* names that are exchanged among each other */
#define TRIES 3	     /* while others move the same ones */
#define BUSY_NS 50000000
#define BUSY_MOST_MS 5000

static void tell(const struct ident *from, const struct ident *to)
{
	char old[IDENT_TEXT_MAX], new[IDENT_TEXT_MAX];

	journal_change("renamed", ident_text(to, new), NULL, ident_text(from, old), NULL);
}

/* Whose lease has the name, and what that one is called by now. Returns whether it is another. */
static bool is_stale(struct context *c, const struct config_engine *engine,
		     const struct ident *held, struct attachment *ret, struct ident *ret_now)
{
	char text[IDENT_TEXT_MAX];
	struct error ignored;

	*ret_now = *held;
	return c->store->ops->attachment(c->store, ident_text(held, text), ret, &ignored) == 1 &&
	       *ret->instance && named_by_engine(engine, ret->instance, ret_now->name) == 0 &&
	       strcmp(ret_now->name, held->name) != 0;
}

/*
 * As op_rename, but waits while another is at work on one of the names: what is not moved now is
 * not looked at again, and is given a second lease by its new name.
 */
static int rename_to(struct context *c, struct ident *from, const struct ident *to, const char *id,
		     struct error *e)
{
	/* of two that wait for each other one comes first */
	const struct timespec pause = { .tv_nsec = BUSY_NS + getpid() % 64 * BUSY_NS / 64 };
	const int64_t until = clock_ms() + BUSY_MOST_MS;
	const struct ident first = *from;
	int r;

	while ((r = op_rename(c, from, to, id, e)) == -EBUSY && clock_ms() < until) {
		nanosleep(&pause, NULL);
		*from = first;
	}
	return r;
}

/* Moves it, and before it those that are in the way. Returns as op_rename. */
static int move(struct context *c, const struct config_engine *engine, struct ident *from,
		const struct ident *to, const char *id, int depth, struct error *e)
{
	struct ident waits = *to, other = *to, now;
	const struct ident first = *from;
	struct attachment a;
	struct error ignored;
	int r = -EEXIST;

	for (int tries = 0; r == -EEXIST && tries < TRIES; tries++) {
		*from = first;
		r = rename_to(c, from, to, id, e);
		if (r != -EEXIST || depth == RING_MOST || !is_stale(c, engine, to, &a, &now))
			continue;
		snprintf(waits.name, sizeof(waits.name), "%s", id);
		if (rename_to(c, from, &waits, id, &ignored) != 1)
			continue;
		if (move(c, engine, &other, &now, a.instance, depth + 1, &ignored) == 1)
			tell(&other, &now);
		if (rename_to(c, &waits, to, id, &ignored) == 1)
			return 1;
		rename_to(c, &waits, from, id, &ignored);
		return r;
	}
	return r;
}

int renamed_follow(struct context *c, const struct config_engine *engine, const struct record *r)
{
	struct ident from = { 0 }, to = { 0 };
	char container[IDENT_TEXT_MAX];
	struct error e;
	int err;

	snprintf(to.runtime, sizeof(to.runtime), "%s", engine->name);
	memcpy(from.runtime, to.runtime, sizeof(from.runtime));
	snprintf(to.name, sizeof(to.name), "%s", r->name);
	if (strcmp(r->old_name, to.name) == 0)
		return 0;
	/* by whatever name it has its lease: what is heard may be old */
	err = move(c, engine, &from, &to, r->id, 0, &e);
	if (err < 0)
		journal_change("failed", ident_text(&to, container), NULL, r->why, e.text);
	else if (err > 0)
		tell(&from, &to);
	return err;
}
