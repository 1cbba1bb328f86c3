/* What long work is at, for the user at a terminal: one line that is replaced, and gone at the end.
 */
#ifndef V6HOOK_PROGRESS_H
#define V6HOOK_PROGRESS_H

/* Shows it on stderr if that is a terminal, as often as an eye can follow. */
void progress_show(const char *text);

/* Takes it away: something else is printed, or the work is done. */
void progress_clear(void);

#endif
