/*
 * When the world has to be looked at, and when it has to be put right.
 *
 * Theory of operation: what is told (ears.c) raises doubts. They are resolved by comparing what is
 * known by heart (kept.c, recall.c) with the kernel's tables (compare.c); what containers' own
 * networks tell is seen to apart from that (inner.c). Proxy entries go without a word: their table
 * is read every second, one request for all. Some settings tell nothing either: those of a few ways
 * are read in turn. Whatever is not plainly right is judged by a reconciliation, in a process of
 * its own; it is the only one who judges. What it leaves as it is is judged again when something
 * else has changed, or after a pause that grows.
 *
 * Nothing of this costs more for being told often: comparisons and reconciliations wait for some
 * times as long as the last one took. Below all of it a net is cast every minute, or as much less
 * often as it takes to cost next to nothing: a reconciliation, whatever was heard or not.
 */
#include "watch/drift.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "policy/ready.h"
#include "watch/ears.h"
#include "watch/guards.h"
#include "watch/inner.h"
#include "watch/recall.h"
#include "watch/walls.h"

#define PAUSE_FIRST_MS 1000 /* before what was left as it is is judged again */
#define PAUSE_MOST_MS 10000
#define READY_PAUSE_MS 5000 /* between two attempts to make addresses ready */
#define NET_MS 60000
#define NET_SHARE 1000 /* the net takes one of so many parts of a processor at most, */
#define JUDGE_SHARE 4  /* what is judged for nothing one, for a while, */
#define JUDGE_WAIT_MOST_MS 3000
#define COMPARE_SHARE 50    /* and comparisons that are asked for one */
#define IN_TURN 4	    /* ways whose settings are read in a second */
#define GUARD_SETTLE_MS 400 /* after a change of the filters, if they are not right */
#define SETTLE_MS 50	    /* after a reconciliation: what it did is told */

struct drift {
	struct ears ears;
	struct inner inner;
	struct jobs *jobs;
	/* milliseconds of the monotonic clock: when what is to be done, EARS_NEVER if it need not
	 */
	int64_t compare_at, ready_at, net_at;
	int64_t judge_from, compare_from; /* not before */
	uint64_t walls;		 /* which ways others have closed, as they were found last */
	uint64_t trouble, extra; /* what the last comparison has found: numbers that tell it, */
	uint64_t judged, judged_extra; /* and what it was when it was judged last */
	bool failed;		       /* that did not do all that it meant to */
	int64_t pause, again_at;       /* before the same is judged again */
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Compares the filters, when they have settled: an attach changes them before its record is heard.
 */
static void compare_guard(struct drift *d, int64_t now)
{
	struct doubt *doubt = &d->ears.doubt;
	bool right = guards_compare(d->ears.kept) != 0;

	if (!right && now - d->ears.guard_told < GUARD_SETTLE_MS) {
		d->compare_at = now + GUARD_SETTLE_MS / 2;
		return;
	}
	doubt->guard = false;
	doubt->odd |= !right;
}

/* Looks which ways others have closed: what is the same as it was has been judged. */
static void look_at_walls(struct drift *d)
{
	const uint64_t walls = walls_look(d->ears.kept);

	d->ears.doubt.walls = false;
	d->ears.doubt.odd |= walls && walls != d->walls;
	d->walls = walls;
}

/* Compares what is known with the kernel's tables. */
static void compare(struct drift *d, int64_t now)
{
	struct compared found;
	struct doubt *doubt = &d->ears.doubt;
	bool all = doubt->all || d->trouble, ways = doubt->ways || d->trouble;
	const int64_t used = clock_used_ms();
	int64_t took;

	d->compare_at = d->ears.doubt_at = EARS_NEVER;
	if (doubt->ends)
		doubt->odd |= recall_ended(d->ears.kept, SIZE_MAX);
	if (compare_tables(&d->ears.compare, all, &found) < 0) {
		/* changed while it was read: that is told, too */
		d->compare_at = now + PAUSE_FIRST_MS;
		return;
	}
	doubt->all = doubt->ways = doubt->ends = false;
	doubt->ready |= found.strange;
	/* what is told of is compared at once; the others' turn comes with the tick */
	if (!compare_ways(&d->ears.compare, ways ? SIZE_MAX : IN_TURN))
		found.lacking++;
	/* a comparison of proxies alone says nothing of what else is lacking */
	if (all || ways || found.lacking)
		d->trouble = found.lacking;
	if (!d->trouble) {
		d->judged = 0;
		d->pause = d->failed ? d->pause : 0;
	}
	if (doubt->guard)
		compare_guard(d, now);
	if (doubt->walls)
		look_at_walls(d);
	/* of a processor, not of the day: on a busy machine it would be deaf for long */
	took = clock_used_ms() - used;
	d->compare_from = now + took * COMPARE_SHARE;
	if (found.soon) {
		doubt->all = true;
		d->compare_at = now + PAUSE_FIRST_MS / 4;
	}
}

/* Sees to the addresses that are kept ready, and to entries that are nobody's. */
static void see_to_ready(struct drift *d, int64_t now)
{
	struct context c = *d->ears.context;
	bool missing = ready_missing(&c, &d->ears.compare.strange, &d->extra);

	d->ears.doubt.ready = missing;
	d->ready_at = now + (missing ? READY_PAUSE_MS : PAUSE_FIRST_MS);
	if (missing)
		jobs_make_ready(d->jobs);
	if (!d->extra)
		d->judged_extra = 0;
}

/* When what there is to be judged is judged: EARS_NEVER if there is nothing. */
static int64_t judge_at(const struct drift *d)
{
	bool fresh = d->ears.doubt.odd || d->trouble != d->judged || d->extra != d->judged_extra;

	if (!d->ears.doubt.odd && !d->failed && !d->trouble &&
	    (!d->extra || d->extra == d->judged_extra))
		return EARS_NEVER;
	/* else it was left as it is, or could not be done */
	return fresh || d->again_at < d->judge_from ? d->judge_from : d->again_at;
}

static void judge(struct drift *d)
{
	d->ears.doubt.odd = d->failed = false;
	d->judged = d->trouble;
	d->judged_extra = d->extra;
	jobs_reconcile(d->jobs);
}

/* When the next comparison is due. */
static int64_t compare_at(const struct drift *d)
{
	int64_t at = d->ears.doubt_at < d->compare_from ? d->compare_from : d->ears.doubt_at;

	return earlier(at, d->compare_at);
}

/* Does what is due of what is shared by all. Returns as drift_act. */
static int64_t act(struct drift *d)
{
	int64_t now = clock_ms(), heard = ears_act(&d->ears, now), next;
	struct doubt *doubt = &d->ears.doubt;

	/* nothing is known while everything is being changed: drift_judged compares again */
	if (d->ears.deaf || jobs_reconciling(d->jobs))
		return heard;
	if (now >= compare_at(d))
		compare(d, now);
	if (doubt->ready && now >= d->ready_at && compare_at(d) == EARS_NEVER && !d->trouble &&
	    !doubt->odd)
		see_to_ready(d, now);
	if (now >= d->net_at) {
		d->net_at = EARS_NEVER;
		doubt->odd = doubt->ready = true;
	}
	next = judge_at(d);
	if (next <= now) {
		judge(d);
		return heard;
	}
	next = earlier(next, compare_at(d));
	return earlier(heard, doubt->ready ? earlier(next, d->ready_at) : next);
}

int64_t drift_act(struct drift *d)
{
	int64_t next = act(d);

	return earlier(next, inner_act(&d->inner));
}

uint64_t drift_changes(const struct drift *d)
{
	return d->ears.changes;
}

void drift_tick(struct drift *d)
{
	ears_tick(&d->ears);
	d->ears.doubt.odd |= recall_failed(d->ears.kept, time(NULL));
	d->compare_at = clock_ms();
}

void drift_judged(struct drift *d, bool failed, int64_t cpu_ms)
{
	int64_t now = clock_ms(), wait = earlier(cpu_ms * JUDGE_SHARE, JUDGE_WAIT_MOST_MS);

	d->net_at = now + (cpu_ms * NET_SHARE > NET_MS ? cpu_ms * NET_SHARE : NET_MS);
	d->failed = failed;
	d->pause = d->pause ? earlier(2 * d->pause, PAUSE_MOST_MS) : PAUSE_FIRST_MS;
	d->again_at = now + d->pause;
	/* what was for nothing is not begun again at once, whoever asks for it */
	d->judge_from = d->judged ? now : now + wait;
	d->ears.doubt.all = d->ears.doubt.ways = d->ears.doubt.ready = true;
	d->compare_at = now + SETTLE_MS;
}

void drift_all(struct drift *d)
{
	ears_doubt(&d->ears);
	d->judge_from = d->ready_at = 0;
}

int drift_open(const struct context *context, struct loop *loop, struct jobs *jobs,
	       struct drift **ret, struct error *e)
{
	struct drift *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return error_sys(e, -ENOMEM, "cannot listen");
	d->ears.context = context;
	d->ears.loop = loop;
	d->jobs = jobs;
	d->compare_at = d->net_at = EARS_NEVER;
	r = ears_open(&d->ears, e);
	d->inner = (struct inner){ .kept = d->ears.kept, .jobs = jobs };
	if (r < 0)
		drift_close(d);
	else
		*ret = d;
	return r;
}

void drift_close(struct drift *d)
{
	struct context c = *d->ears.context;
	struct compared ignored;

	/* of what is attached nothing need be looked for */
	if (d->ears.compare.nl && !d->ears.deaf &&
	    compare_tables(&d->ears.compare, false, &ignored) == 0)
		ready_end(&c, &d->ears.compare.strange);
	ears_close(&d->ears);
	free(d);
}
