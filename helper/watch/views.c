/*
 * When the files that are made of what is stored are made anew, and "on_change" is told.
 *
 * Theory of operation: both are made of all that is stored, by a job of the service, so that one
 * run is enough for any number of changes: it begins when they have settled, and the files are not
 * made before some times as long as it took the last time have passed. What failed is tried again
 * after a pause that grows, and at once when something changes. While nothing does, nothing is
 * done.
 */
#include "watch/views.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "names/made.h"
#include "watch/job.h"
#include "watch/stats.h"

#define SETTLE_MS 100
#define SHARE 4		  /* the files are made in one of so many parts of the time */
#define REST_MOST_MS 2000 /* between two that were made, at most */
#define PAUSE_FIRST_MS 10000
#define PAUSE_MOST_MS 600000

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Notes that this file is made from now on, and takes away another that was. */
static void follow(char **kept, const char *path)
{
	if (text_equal(*kept, path))
		return;
	if (*kept)
		file_unmake(*kept, MADE_MARK);
	free(*kept);
	*kept = path ? strdup(path) : NULL;
}

void views_end(struct views *v)
{
	follow(&v->metrics, NULL);
	free(v->hosts);
	v->hosts = NULL;
}

void views_all(struct views *v, const struct config *config)
{
	follow(&v->hosts, config->hosts);
	follow(&v->metrics, config->metrics);
	v->made_at = v->tell_at = 0;
	v->rest_at = VIEWS_NEVER;
}

/* Takes one on if it is due and asked for. Returns when it is. */
static int64_t begin(struct jobs *jobs, uint32_t kind, bool wanted, int64_t *at, int64_t from,
		     int64_t *begun)
{
	const int64_t now = clock_ms();

	if (!wanted)
		*at = VIEWS_NEVER;
	if (*at == VIEWS_NEVER)
		return VIEWS_NEVER;
	if (now < later(*at, from))
		return later(*at, from);
	/* one that is under way has begun before the change */
	if (jobs_has(jobs, kind))
		return VIEWS_NEVER;
	*at = VIEWS_NEVER;
	*begun = now;
	jobs_aside(jobs, kind);
	return VIEWS_NEVER;
}

int64_t views_act(struct views *v, const struct context *c, struct jobs *jobs, uint64_t changes)
{
	const uint64_t counted = c->config->metrics ? stats_get()->changes : v->counted;
	const struct config *config = c->config;
	const bool makes = config->hosts || config->metrics, tells = config->on_change.user;
	int64_t now, next;

	if (!makes && !tells)
		return VIEWS_NEVER;
	if (v->seen != changes) {
		now = clock_ms();
		v->seen = changes;
		v->made_at = earlier(v->made_at, now + SETTLE_MS);
		v->tell_at = earlier(v->tell_at, now + SETTLE_MS);
		/* an address that was given up is free when it has rested */
		v->rest_at = now + (int64_t)config->hold_s * 1000 + 1500;
	}
	if (v->counted != counted) {
		v->counted = counted;
		v->made_at = earlier(v->made_at, clock_ms() + SETTLE_MS);
	}
	if (v->rest_at != VIEWS_NEVER && clock_ms() >= v->rest_at) {
		v->rest_at = VIEWS_NEVER;
		v->made_at = 0;
	}
	next = begin(jobs, JOB_MADE, makes, &v->made_at, v->made_from, &v->made_begun);
	next = earlier(next,
		       begin(jobs, JOB_TELL, tells, &v->tell_at, v->tell_from, &v->tell_begun));
	return earlier(next, config->metrics ? v->rest_at : VIEWS_NEVER);
}

/* When one has ended: when the next may begin, and when it is tried again. */
static void end(int64_t begun, int64_t share, bool failed, int64_t *at, int64_t *from,
		int64_t *pause)
{
	const int64_t now = clock_ms();

	*from = now + earlier((now - begun) * share, REST_MOST_MS);
	*pause = !failed ? 0 : *pause ? earlier(2 * *pause, PAUSE_MOST_MS) : PAUSE_FIRST_MS;
	if (failed)
		*at = earlier(*at, now + *pause);
}

void views_ended(struct views *v, uint32_t kind, bool failed)
{
	if (kind == JOB_MADE)
		end(v->made_begun, SHARE, failed, &v->made_at, &v->made_from, &v->made_pause);
	else if (kind == JOB_TELL)
		end(v->tell_begun, 0, failed, &v->tell_at, &v->tell_from, &v->tell_pause);
}
