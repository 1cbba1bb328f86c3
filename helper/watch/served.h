/* What an engine tells of a container that it runs, or starts just now, done: it is attached. */
#ifndef V6HOOK_SERVED_H
#define V6HOOK_SERVED_H

#include <stdbool.h>

#include "ops/verbs.h"
#include "known/context.h"
#include "watch/record.h"

#define SERVED_NAME_MAX 300 /* an engine and a name */

/* What is known of it, and of its name. */
enum served {
	SERVED_RUNS,   /* the engine has told that it runs: it is asked for the name */
	SERVED_STARTS, /* it has not, and an inspect would wait for that: it is asked otherwise */
	SERVED_KNOWN,  /* nor has it, and says nothing yet: the name is known from elsewhere */
};

/* The engine that has told of it. */
const struct config_engine *served_engine(const struct context *c, const struct record *r);

/*
 * Puts the name that the engine gives the ID into the record, whatever the parser says: leases are
 * of names.
 * @container: ENGINE:NAME, which follows it
 * Returns 0, -ESRCH if there is no such container any more, or -errno, which is told.
 */
int served_confirm(const struct context *c, struct record *r, enum served how,
		   char container[SERVED_NAME_MAX]);

/*
 * Attaches what a record tells of, and tells the journal.
 * @container: as for served_confirm
 * Returns 0, also if it is not to be attached; or -errno. @ret: what it has then, else untouched;
 * @e: has the status of a failure, if not all of it
 */
int served_attach(struct context *c, struct record *r, enum served how, struct listing *ret,
		  char container[SERVED_NAME_MAX], struct error *e);

#endif
