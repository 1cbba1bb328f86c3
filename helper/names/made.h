/* The files that are made of what is stored: how they are put in place, and what is in the way. */
#ifndef V6HOOK_MADE_H
#define V6HOOK_MADE_H

#include <stddef.h>

#include "base/error.h"

#define MADE_MARK "# Made by v6hook" /* how each of them begins */

/*
 * Puts the text in place of the file that the configuration's key names.
 * Returns 0, -EEXIST if another's file is there, or -errno; the error names the key, and what to
 * do.
 */
int made_write(const char *key, const char *path, const char *text, size_t len, struct error *e);

/*
 * Looks whether the directory is there, for who did not write it; @path may be null.
 * Returns 0, or -errno as made_write.
 */
int made_look(const char *key, const char *path, struct error *e);

#endif
