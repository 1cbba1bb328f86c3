/* Giving many containers the host's side of their attachments back at once. */
#ifndef V6HOOK_RESTORE_H
#define V6HOOK_RESTORE_H

#include "keep/judge.h"
#include "keep/reach.h"
#include "net/netns.h"
#include "world/plan.h"

enum restored {
	RESTORE_WAITS, /* it is to be done */
	RESTORE_DONE,
	RESTORE_LEFT,  /* its record has changed since: nothing was done */
	RESTORE_AGAIN, /* somebody is at work on it, or it takes more: to be judged again, alone */
};

/* One of them: only the host's side of it is lost. */
struct restore_one {
	struct holder *holder;
	struct verdict verdict; /* gets what was missing */
	enum restored state;

	/* the rest is restore_all's */
	struct netns netns;
	struct plan_step step;
};

struct restore {
	struct judge *judge;
	struct reach reach;
	struct restore_one list[PLAN_MOST];
	size_t count;
	int locks;	 /* -1, or those of the containers in the list */
	int host_lock;	 /* -1, or LOCK_HOST, kept for the next */
	struct link via; /* restore_all's: the bridge that was asked for last */
};

/* Gives up what is kept: before anything else is done to a container. */
static inline void restore_pause(struct restore *r)
{
	cleanup_close(&r->host_lock);
	r->host_lock = -1;
}

/*
 * Takes one more, and all there are if there is room for no more; what became of them is in their
 * states then. Returns whether it was done: then the list is to be emptied.
 */
bool restore_add(struct restore *r, struct holder *h, const struct verdict *v);

/*
 * Does the same as an attach of each would: under its lock, if its record is the one that was
 * judged and its instance lives, route and neighbour come before the proxy entry, and that is
 * announced. Neither the container nor its lease nor its record is touched, but that what
 * failed before is forgotten.
 */
void restore_all(struct restore *r);

#endif
