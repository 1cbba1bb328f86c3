/* Files of the host's that are put in place whole, the old one kept, and taken back byte for byte.
 */
#ifndef V6HOOK_PUT_H
#define V6HOOK_PUT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define PUT_BEFORE ".before" /* after the name of one that was there before */
#define PUT_EDITED ".edited" /* after the name of one that was changed since it was put there */

/*
 * The path under which one is kept: with the suffix after its name, and hidden where ifupdown would
 * read it, too.
 */
void put_beside(const char *path, const char *suffix, char out[PATH_MAX]);

/*
 * Puts a file in place at once, durably; of mode 0644, or of that, and the owner, of the one that is
 * there. May be done again after any part of it.
 * @text: what is to be in it; @former: what an earlier run put there, or null: if somebody has
 * changed that since, it is kept with PUT_EDITED after its name
 * @keep: there is one of others' making: it becomes the one with PUT_BEFORE after its name
 * Returns 0 or -errno.
 */
int put_file(const char *path, const char *text, const char *former, bool keep, struct error *e);

/*
 * Takes back what put_file did, wherever that was cut short; may be done again, too. One that was
 * changed since is kept as there. @keep: as for put_file; @amended: it is another's, in which a
 * part was changed: one that was changed since stays as it is. Returns 0 or -errno.
 */
int put_back(const char *path, const char *text, bool keep, bool amended, struct error *e);

/* Removes what runs that were killed have begun beside a file. */
void put_sweep(const char *path);

/* Makes a directory of mode 0755, if it is not there. Returns 0 or -errno. */
int put_directory(const char *path, struct error *e);

#endif
