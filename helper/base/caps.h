/* Which capabilities this process has, asked before anything is changed. */
#ifndef V6HOOK_CAPS_H
#define V6HOOK_CAPS_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Checks for CAP_NET_ADMIN, CAP_SYS_ADMIN and CAP_SYS_PTRACE, and for CAP_NET_RAW where raw is
 * true (capabilities(7)). Returns 0, or -EPERM with a message that names those missing.
 */
int caps_check(bool raw, struct error *e);

#endif
