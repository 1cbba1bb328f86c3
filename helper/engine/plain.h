/* One answer of an engine's, read from a connection that is there, without libcurl. */
#ifndef V6HOOK_ENGINE_PLAIN_H
#define V6HOOK_ENGINE_PLAIN_H

#include <stdint.h>

#include "engine/ask.h"

/*
 * Reads an answer of HTTP/1.0, which ends with the connection (engine_dial with 0 as the minor).
 * @until: ms of the monotonic clock
 * Returns 0 with the HTTP status, -ETIMEDOUT, or -EIO.
 */
int engine_plain_read(int fd, int64_t until, struct engine_answer *ret, long *ret_status);

#endif
