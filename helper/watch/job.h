/* What one job of the service does, in a process of its own: attach, detach, rename, reconcile. */
#ifndef V6HOOK_JOB_H
#define V6HOOK_JOB_H

#include "known/context.h"
#include "watch/record.h"

#define JOB_RECONCILE 0 /* kinds of jobs that no record asks for */
#define JOB_READY UINT32_MAX
#define JOB_PUT_BACK (UINT32_MAX - 1)
#define JOB_MADE (UINT32_MAX - 2) /* files are made of what is stored */
#define JOB_TELL (UINT32_MAX - 3) /* on_change */

/*
 * Does what a record asks for, the same as the command does, and tells the journal.
 * @r: of a kind that says what happened to a container, or one of the above; its name may become
 * the one that its engine confirms
 * Returns 0, or -errno if something failed.
 */
int job_run(const struct context *context, struct record *r);

/*
 * Attaches an instance that is attached once more, as it is recorded: to put back what is lost
 * inside. @ident: whose, as ident_text writes it; @why: for the journal
 * Returns 0 or -errno.
 */
int job_put_back(const struct context *context, const char *ident, const char *why);

#endif
