/* What one job of the service does, in a process of its own: attach, detach, rename, reconcile. */
#ifndef V6HOOK_JOB_H
#define V6HOOK_JOB_H

#include "policy/context.h"
#include "watch/record.h"

#define JOB_RECONCILE 0 /* kinds of jobs that no record asks for */
#define JOB_READY UINT32_MAX

/*
 * Does what a record asks for, the same as the command does, and tells the journal.
 * @r: of a kind that says what happened to a container, or one of the above; its name may become
 * the one that Docker confirms
 * Returns 0, or -errno if something failed.
 */
int job_run(const struct context *context, struct record *r);

#endif
