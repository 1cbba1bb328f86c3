/* The service's configuration: the last good one, and what becomes of its file. */
#ifndef V6HOOK_FOLLOW_H
#define V6HOOK_FOLLOW_H

#include <stdint.h>
#include <sys/stat.h>

#include "known/context.h"

struct follow {
	const char *path;
	struct context now;	    /* the last good one; without a config: there was none yet */
	struct stat seen;	    /* the file that it was read from, */
	uint64_t sum;		    /* and what that held */
	struct stat looked;	    /* the file at the last look, good or not */
	char wrong[ERROR_TEXT_MAX]; /* what was told of the file as it is; "": it is good */
};

/*
 * Reads the file if it is not the one that was read last, and tells the journal and the service
 * manager what has become of it, once. Returns 1 if there is a new configuration, else 0: then the
 * last good one stays what it was.
 */
int follow_look(struct follow *f);

/* Has the next look take the file as a new one, whatever it says: somebody has asked for that. */
void follow_again(struct follow *f);

/* Whether the file is another than at the last look; that one may have met it half written. */
bool follow_is_news(const struct follow *f);

void follow_release(struct follow *f);

#endif
