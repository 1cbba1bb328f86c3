/* Has the program of "on_change" told what has come into service, and what has gone. */
#ifndef V6HOOK_TELL_H
#define V6HOOK_TELL_H

#include "known/context.h"

/*
 * Runs it for all that is otherwise than it was told, one after the other, and keeps in mind what
 * it has been told. What fails is told in the journal.
 * Returns 0, or -EAGAIN if something is to be told still, which is to be tried again.
 */
int tell_changes(struct context *c);

#endif
