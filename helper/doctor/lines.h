/* Configuration files of others, line by line: KEY=VALUE, in [SECTIONS] or without any. */
#ifndef V6HOOK_LINES_H
#define V6HOOK_LINES_H

#include <stdbool.h>

#define LINES_FILE_MAX (256 * 1024) /* bytes */

/* One line that says something. */
struct line {
	const char *path;
	unsigned int number; /* from 1 */
	const char *section; /* or "" */
	const char *key, *value;
};

/*
 * Calls each for the lines of a file that have a key and a value, without comments (# and ;) and
 * blanks around. A file that cannot be read has none.
 */
void lines_read(const char *path, void (*each)(const struct line *l, void *arg), void *arg);

/*
 * Calls each for the files of such names in these directories, ended by a null, in the order of
 * their names; of several of one name the first directory's alone counts (sysctl.d(5)).
 */
void lines_files(const char *const *dirs, const char *suffix,
		 void (*each)(const char *path, void *arg), void *arg);

#endif
