/* One request of somebody who may not change the network: is it their right, then do it. */
#ifndef V6HOOK_ASKED_H
#define V6HOOK_ASKED_H

#include "known/context.h"

/*
 * Reads the request from a connection that has one to be read, does it and answers. The answer to a
 * refusal tells nothing; the journal tells why. To be called in a process of its own.
 * Returns the exit status of that process.
 */
int asked(int connection, const struct context *context);

#endif
