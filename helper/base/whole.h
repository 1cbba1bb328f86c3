/*
 * The program is linked twice from the same files: whole, and small.
 *
 * What starts a thousand times a day is an attach for a hook, and a quarter of its time would go
 * into loading shared libraries that it does not need. So `v6hook` is a static program where there
 * are static libraries to link. What such a program cannot do is load a library (liblxc, libcurl)
 * or ask the system for a user's name (NSS loads libraries, too): whoever needs that becomes
 * v6hook-full first, the same program linked with shared libraries, by execve(2). Only what is
 * asked before anything is changed may do so.
 */
#ifndef V6HOOK_WHOLE_H
#define V6HOOK_WHOLE_H

#include <stdbool.h>

/* Keeps the command line for whole_become. */
void whole_begin(char **argv);

/* Whether this is the whole program. */
bool whole_is(void);

/* Returns if this is the whole program already, or it cannot be run, which is told as a warning. */
void whole_become(void);

#endif
