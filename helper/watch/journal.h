/* The lines of the service's journal: one a change, for people or as JSON objects. */
#ifndef V6HOOK_JOURNAL_H
#define V6HOOK_JOURNAL_H

#include <stdbool.h>

#include "base/note.h"

/* Says from now on whether lines are JSON objects. */
void journal_json(bool json);

/*
 * One line about a container (or "" for none).
 * @what: the event in a word: "attached"; @address: or null; @why: in brackets; @error: or null
 */
void journal_change(const char *what, const char *container, const char *address, const char *why,
		    const char *error);

/* The sink of notes (base/note.h) of a process that works for the service: of warnings, a line. */
void journal_note(enum note_level level, const char *text);

/*
 * The same for what one look after the other may find: what the last one has told is not repeated,
 * by journal_note neither. journal_looked ends a look.
 */
void journal_note_once(enum note_level level, const char *text);
void journal_looked(void);

/* One line about the service itself. */
void journal_remark(const char *what, const char *text);

#endif
