/* What an engine knows of a container that it is starting, or has started, asked for once. */
#ifndef V6HOOK_INQUIRY_H
#define V6HOOK_INQUIRY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "base/error.h"
#include "watch/record.h"

/* What is known of it before. */
struct inquiry {
	const char *id; /* the engine's ID of it */
	pid_t first;	/* the first process, if it is starting */
	/* of one of Podman's besides, else null: what conmon was told, and the bridge of its port
	 */
	const char *name, *bundle, *bridge;
};

/* What came of it. */
enum inquired {
	INQUIRED_RUNS,
	INQUIRED_STARTS, /* the engine has not said yet that it runs */
	INQUIRED_UNSURE, /* likewise, and what its labels wish for is not known */
};

/*
 * Asks the engine, 3 s at most.
 * @ret: RECORD_RUNNING, checked
 * Returns as the find of runtime.h does.
 */
int inquire(const struct config_engine *engine, const struct inquiry *i, struct record *ret,
	    enum inquired *ret_how, struct error *e);

#endif
