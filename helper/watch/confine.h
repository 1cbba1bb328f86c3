/* What a process gives up for good before it reads what comes from outside. */
#ifndef V6HOOK_CONFINE_H
#define V6HOOK_CONFINE_H

#include <stdbool.h>

/*
 * Gives up every capability and the right to gain any; bounds memory and descriptors.
 * @nobody: becomes user and group nobody, too, and leaves all others, where it may
 * Returns 0 or -errno.
 */
int confine_rights(bool nobody);

/*
 * From now on this process can use what it has open, ask for memory, know the time and end; all
 * else fails with EPERM: it opens no file, makes no socket, process, signal or executable memory
 * (seccomp(2)). Needs confine_rights before.
 * connect(2) returns 0 and does nothing, which is for libcurl.
 * @connects: it may connect to Unix sockets and pass descriptors on, too
 * Returns 0 or -errno.
 */
int confine_calls(bool connects);

#endif
