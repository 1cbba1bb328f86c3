/*
 * What the watch service is doing: one short-lived process a job, one job at a time a container.
 *
 * Theory of operation: a job is an attach, a detach, a rename or a reconciliation, the same as the
 * command does. It runs in a child, because a new address is probed for a second and no other
 * container shall wait for that; what it prints is the journal's. Jobs of one container follow each
 * other in the order in which they came, so one that hangs is killed: killed anywhere, it leaves
 * nothing that a reconciliation does not mend.
 */
#include "watch/jobs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "watch/job.h"
#include "watch/journal.h"
#include "watch/stats.h"

#define JOBS_AT_ONCE 8
#define JOBS_QUICK 4 /* that put something back: these do not wait for the others' probes */
#define JOBS_ASIDE 2
#define JOBS_MOST 512	    /* then no more is read from the parser, which waits */
#define HANGS_MS 120000	    /* a container's job waits for locks and probes, seconds each */
#define HANGS_ALL_MS 900000 /* one for all may have thousands to see to */

struct job {
	struct job *next;
	struct record record; /* kind 0: a reconciliation */
	char *ident;	      /* of JOB_PUT_BACK, or null */
	pid_t pid;	      /* 0: waiting */
	int64_t since;	      /* when it was first seen to run; 0: not yet */
	bool killed;
};

struct jobs {
	const struct context *context;
	struct job *first; /* in the order in which they came */
	size_t count;
};

struct jobs *jobs_new(const struct context *context)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (j)
		j->context = context;
	return j;
}

/* Whether it is made of what is stored, and changes nothing. */
static bool is_aside(const struct record *r)
{
	return r->kind == JOB_MADE || r->kind == JOB_TELL;
}

/* Whether it sees to whatever there is, and not to one container. */
static bool is_for_all(const struct job *job)
{
	return job->record.kind == JOB_RECONCILE || job->record.kind == JOB_READY ||
	       is_aside(&job->record);
}

static void drop(struct job *job)
{
	free(job->ident);
	free(job);
}

void jobs_free(struct jobs *j)
{
	/* what is made ready is given up anyway, and a reconciliation ends after the container that
	 * it sees to */
	for (const struct job *job = j->first; job; job = job->next)
		if (job->pid && is_for_all(job))
			kill(job->pid, job->record.kind == JOB_RECONCILE ? SIGTERM : SIGKILL);
	/* each is whole or undone by itself: wait, and let nothing go on behind the service's back
	 */
	for (const struct job *job = j->first; job; job = job->next)
		if (job->pid)
			waitpid(job->pid, NULL, 0);
	while (j->first) {
		struct job *next = j->first->next;

		drop(j->first);
		j->first = next;
	}
	free(j);
}

bool jobs_has(const struct jobs *j, uint32_t kind)
{
	for (const struct job *job = j->first; job; job = job->next)
		if (job->record.kind == kind)
			return true;
	return false;
}

bool jobs_reconciling(const struct jobs *j)
{
	return jobs_has(j, JOB_RECONCILE);
}

bool jobs_full(const struct jobs *j)
{
	return j->count >= JOBS_MOST;
}

/* Returns the job, or null without memory. */
static struct job *append(struct jobs *j, const struct record *r)
{
	struct job **end = &j->first, *job = calloc(1, sizeof(*job));

	/* without memory the next reconciliation finds out what was missed */
	if (!job)
		return NULL;
	j->count++;
	job->record = *r;
	while (*end)
		end = &(*end)->next;
	*end = job;
	return job;
}

void jobs_add(struct jobs *j, const struct record *r)
{
	for (struct job *job = j->first; job; job = job->next)
		if (job->pid == 0 && job->record.engine == r->engine &&
		    strcmp(job->record.name, r->name) == 0 && job->record.kind != RECORD_RENAMED &&
		    r->kind != RECORD_RENAMED) {
			job->record = *r;
			return;
		}
	append(j, r);
}

void jobs_reconcile(struct jobs *j)
{
	const struct record r = { .kind = JOB_RECONCILE };

	for (const struct job *job = j->first; job; job = job->next)
		if (job->record.kind == JOB_RECONCILE && job->pid == 0)
			return;
	append(j, &r);
}

void jobs_make_ready(struct jobs *j)
{
	/* a name that no container has */
	const struct record r = { .kind = JOB_READY, .name = "/ready" };

	if (!jobs_has(j, JOB_READY))
		append(j, &r);
}

void jobs_aside(struct jobs *j, uint32_t kind)
{
	struct record r = { .kind = kind };

	snprintf(r.name, sizeof(r.name), kind == JOB_MADE ? "/made" : "/tell");
	if (!jobs_has(j, kind))
		append(j, &r);
}

void jobs_put_back(struct jobs *j, const char *ident, const char *lost)
{
	struct record r = { .kind = JOB_PUT_BACK, .name = "/put-back" };
	struct job *job;

	snprintf(r.why, sizeof(r.why), "its own network had lost the %s", lost);
	job = append(j, &r);
	if (job)
		job->ident = strdup(ident);
}

bool jobs_putting_back(const struct jobs *j, const char *ident)
{
	for (const struct job *job = j->first; job; job = job->next)
		if (job->ident && strcmp(job->ident, ident) == 0)
			return true;
	return false;
}

/* Whether it is a rename whose former name is still to be found: it may be anybody's. */
static bool is_riddle(const struct record *r)
{
	return r->kind == RECORD_RENAMED && !*r->old_name;
}

/* Whether two jobs are of one container; a rename concerns two, a reconciliation none, and for
 * probes ahead nobody waits. */
static bool same_container(const struct record *a, const struct record *b)
{
	if (a->kind == JOB_READY || b->kind == JOB_READY || is_aside(a) || is_aside(b))
		return a->kind == b->kind;
	if (a->engine != b->engine)
		return false;
	if (*a->name && *b->name && (is_riddle(a) || is_riddle(b)))
		return true;
	return strcmp(a->name, b->name) == 0 ||
	       (*b->old_name && strcmp(a->name, b->old_name) == 0) ||
	       (*a->old_name && strcmp(a->old_name, b->name) == 0);
}

/* Whether a job of the same container came before and is not done. */
static bool must_wait(const struct jobs *j, const struct job *job)
{
	/* whoever puts something back asks for one at a time, and the container's lock does the
	 * rest
	 */
	if (job->record.kind == JOB_PUT_BACK)
		return false;
	for (const struct job *other = j->first; other != job; other = other->next)
		if (other->record.kind != JOB_PUT_BACK &&
		    same_container(&other->record, &job->record))
			return true;
	return false;
}

/* Does the job, in its own process. Returns 0 or -errno. */
static int run(const struct context *c, struct job *job)
{
	return job->ident ? job_put_back(c, job->ident, job->record.why) : job_run(c, &job->record);
}

/* Which of them it keeps from running. */
static int sort_of(const struct record *r)
{
	return r->kind == JOB_PUT_BACK ? 1 : is_aside(r) ? 2 : 0;
}

void jobs_start(struct jobs *j)
{
	/* of each sort so many, for whatever there is of others */
	static const int most[] = { JOBS_AT_ONCE, JOBS_QUICK, JOBS_ASIDE };
	int active[ARRAY_SIZE(most)] = { 0 };

	for (const struct job *job = j->first; job; job = job->next)
		active[sort_of(&job->record)] += job->pid != 0;
	for (struct job *job = j->first; job; job = job->next) {
		const int sort = sort_of(&job->record);
		sigset_t none;
		pid_t pid;

		if (job->pid || active[sort] >= most[sort] || must_wait(j, job))
			continue;
		pid = fork();
		if (pid < 0)
			return; /* tried again when a job ends, or by the timer */
		if (pid == 0) {
			sigemptyset(&none);
			sigprocmask(SIG_SETMASK, &none, NULL);
			/* nothing of the service's: least of all its lock, which another may want
			 */
			close_range(STDERR_FILENO + 1, ~0U, 0);
			prctl(PR_SET_NAME, "v6hook-job");
			_exit(run(j->context, job) < 0 ? STATUS_FAILED : STATUS_DONE);
		}
		job->pid = pid;
		active[sort]++;
	}
}

void jobs_expire(struct jobs *j, int64_t now)
{
	bool killed = false;

	for (struct job *job = j->first; job; job = job->next) {
		bool all = is_for_all(job);
		char container[300] = "";

		if (!job->pid || job->killed)
			continue;
		if (!job->since)
			job->since = now;
		if (now - job->since < (all ? HANGS_ALL_MS : HANGS_MS))
			continue;
		job->killed = killed = true;
		kill(job->pid, SIGKILL);
		if (job->ident)
			snprintf(container, sizeof(container), "%s", job->ident);
		else if (!all)
			snprintf(container, sizeof(container), "%s:%s",
				 engine_names[job->record.engine], job->record.name);
		stats_hung();
		journal_change("failed", container, NULL,
			       is_aside(&job->record) ? job->record.name + 1
			       : all		      ? "reconcile"
						      : job->record.why,
			       "it hung, and was killed");
	}
	if (killed)
		jobs_reconcile(j);
}

bool jobs_ended(struct jobs *j, pid_t pid, uint32_t *ret_kind)
{
	for (struct job **at = &j->first; *at; at = &(*at)->next) {
		struct job *job = *at;

		if (job->pid != pid)
			continue;
		*ret_kind = job->record.kind;
		*at = job->next;
		j->count--;
		drop(job);
		return true;
	}
	return false;
}
