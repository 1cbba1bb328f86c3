/* Errors and remarks, as lines on stderr; a hook's go to syslog, too. */
#ifndef V6HOOK_SAY_H
#define V6HOOK_SAY_H

#include "base/error.h"
#include "known/request.h"

/* From now on remarks (base/note.h) are told, details of them only with say_details(). */
void say_begin(void);

/* Tells details, too. */
void say_details(void);

/* Tells all to syslog, too: nobody sees what a hook prints. */
void say_in_syslog(void);

/* Tells syslog alone, and holds no terminal or pipe: for a process that outlives its command. */
void say_apart(void);

/* Prints "v6hook: " or "v6hook: warning: " and the text, escaped, in a line of its own. */
void say(bool warning, const char *text);

/* Says that doctor knows more of the container, for people at a terminal, as a line of its own. */
void say_more(const struct request *q);

/* The status of a run that has only printed something. */
enum status say_printed(void);

#endif
