/* What the user's terminal is like: whether there is one, how wide it is, what it shows. */
#ifndef V6HOOK_TERMINAL_H
#define V6HOOK_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Whether it is one. */
bool terminal_is(FILE *out);

/* How many columns it has: those of the window, else of $COLUMNS, else 80. */
unsigned int terminal_columns(FILE *out);

/* How many rows its window has, or 24. */
unsigned int terminal_rows(FILE *out);

/* Whether it obeys colours: none into a file, with $NO_COLOR (no-color.org) or on a dumb one. */
bool terminal_has_colour(FILE *out);

/* Whether the locale has UTF-8: by its name, as the small program knows no locales. */
bool terminal_has_utf8(void);

#endif
