/* The first process of a container that was created and not started, by its runtime's state. */
#ifndef V6HOOK_BORN_H
#define V6HOOK_BORN_H

#include "starts.h"

struct born {
	int netns; /* its network namespace, */
	int pidfd; /* and it itself: descriptors */
};

/*
 * Opens it. It is the process that the runtime has made, and not one that has got its number since.
 * Returns null; or what is to be told the user. Then ret holds nothing to be closed.
 */
const char *born_open(const struct starts *s, struct born *ret);

/* Whether it is on the network that this process is on. */
int born_is_here(const struct born *b);

/* Closes both. */
void born_close(const struct born *b);

#endif
