/* Programs of the system's that are asked to do something: no shell, no environment, and a
 * deadline. */
#ifndef V6HOOK_PROGRAM_H
#define V6HOOK_PROGRAM_H

#include <stddef.h>

#include "base/error.h"

/*
 * Runs a program and waits for it. It is looked for in the system's directories alone, must be
 * root's and nobody else's to write, and gets a closed environment and no open files but its
 * output. All that it has started ends with the deadline.
 * @argv: its name, its arguments, null; @ms: how long it may take
 * Returns 0; -ENOENT if there is none; -EPERM if it is not root's alone; -ETIMEDOUT; -EIO if it
 * failed, with the last line of what it said, or its status if it said nothing; or -errno.
 */
int program_run(const char *const *argv, int ms, struct error *e);

/* The same with an environment of the caller's ("KEY=VALUE" each, ended by a null). */
int program_run_in(const char *const *argv, const char *const *environment, int ms,
		   struct error *e);

/* As program_run; @ret: takes the last line of what it says, cut to size bytes. */
int program_says(const char *const *argv, int ms, char *ret, size_t size, struct error *e);

#endif
