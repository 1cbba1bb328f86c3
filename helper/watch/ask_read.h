/* The message of a request, as it comes through the service's socket: read, and checked for its
 * form. */
#ifndef V6HOOK_ASK_READ_H
#define V6HOOK_ASK_READ_H

#include <stddef.h>

#include "base/ask.h"
#include "base/error.h"

/* Whether a message is a request at all. @len: bytes that arrived. Returns 0 or -EBADMSG. */
int ask_check(const struct ask *ask, size_t len, int descriptors);

/*
 * Reads the message that waits on a connection.
 * @fds: takes the descriptors that came with it, the caller's to close also on failure; those that
 * are too many are closed
 * Returns 0, or with a message: -EBADMSG if it is no request, -ECONNRESET if there is none, -errno.
 */
int ask_read(int connection, struct ask *ret, int fds[ASK_DESCRIPTORS], struct error *e);

#endif
