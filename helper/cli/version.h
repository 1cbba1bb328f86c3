/* Which program this is, and what it is made of: what a report of a fault begins with. */
#ifndef V6HOOK_VERSION_H
#define V6HOOK_VERSION_H

#include <stdio.h>

/*
 * Prints a line for each of the two programs (base/whole.h) with its version and its libraries,
 * those that are loaded on demand, too, and what the host is. Becomes the whole program for that.
 */
void version_print(FILE *out);

#endif
