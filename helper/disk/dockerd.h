/* What dockerd is started with. */
#ifndef V6HOOK_DOCKERD_H
#define V6HOOK_DOCKERD_H

#include <stdbool.h>

/*
 * What the one that runs was started with: words, each with a NUL behind it, then an empty one.
 * Returns them, to be freed, or null if none runs, or is seen.
 */
char *dockerd_options(void);

/*
 * The same of one that does not run: all words of systemd's units for it, of what is dropped in
 * there, and of the files of other inits. Which of them would count is theirs to say, and each may.
 * Null without memory.
 */
char *dockerd_words(void);

/* Whether a word is that option. @ret: its value, behind it or in the next one, which may be "" */
bool dockerd_option(const char *word, const char *name, const char **ret);

#endif
