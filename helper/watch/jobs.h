/* What the watch service is doing: one short-lived process a job, one job at a time a container. */
#ifndef V6HOOK_JOBS_H
#define V6HOOK_JOBS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "known/context.h"
#include "watch/record.h"

struct jobs;

/* @context: what the jobs work with, as it is when they start */
struct jobs *jobs_new(const struct context *context);
/* Waits for the jobs under way, and drops the others. */
void jobs_free(struct jobs *j);

/*
 * Takes a record on: attach, detach or rename. One that waits for the same container is replaced:
 * only what is true last counts.
 */
void jobs_add(struct jobs *j, const struct record *r);

/* Takes a whole reconciliation on, unless one is waiting. */
void jobs_reconcile(struct jobs *j);

/* Takes on what is of no container, of kind JOB_MADE or JOB_TELL: it keeps no other from running.
 */
void jobs_aside(struct jobs *j, uint32_t kind);

/* Whether one of the kind is waiting or under way. */
bool jobs_has(const struct jobs *j, uint32_t kind);

/* Takes on to make addresses ready, unless that is under way (ops/ready.h). */
void jobs_make_ready(struct jobs *j);

/*
 * Takes on to put back what a container's own network has lost. @ident: as ident_text writes it;
 * @lost: a word, for the journal
 */
void jobs_put_back(struct jobs *j, const char *ident, const char *lost);

/* Whether such a job of the container's is waiting or under way. */
bool jobs_putting_back(const struct jobs *j, const char *ident);

/* Starts what can be started. To be called after any of the above and below. */
void jobs_start(struct jobs *j);

/*
 * Kills the jobs that hang, and takes a reconciliation on for what they have left. @now:
 * milliseconds of the monotonic clock. To be called every second or so.
 */
void jobs_expire(struct jobs *j, int64_t now);

/* A process ended. Returns whether it was a job's, and of which kind. */
bool jobs_ended(struct jobs *j, pid_t pid, uint32_t *ret_kind);

/* Whether a reconciliation is under way or waiting. */
bool jobs_reconciling(const struct jobs *j);

/* Whether so much is waiting that no more should be taken on. */
bool jobs_full(const struct jobs *j);

#endif
