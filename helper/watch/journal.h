/* The lines of the service's journal: one a change, for people or as JSON objects. */
#ifndef V6HOOK_JOURNAL_H
#define V6HOOK_JOURNAL_H

#include <stdbool.h>

#include "base/note.h"

/* Begins; to be called before there are children. @json: whether lines are JSON objects */
void journal_begin(bool json);

/*
 * One line about a container (or "" for none).
 * @what: the event in a word: "attached"; @address: or null; @why: in brackets; @error: or null
 */
void journal_change(const char *what, const char *container, const char *address, const char *why,
		    const char *error);

/*
 * The sink of notes (base/note.h) of the service and of its children: a line for each remark
 * ("info") and each warning. Of a state only if the last reconciliation has not told it;
 * journal_reconciled ends one.
 */
void journal_note(enum note_level level, const char *text);
void journal_reconciled(void);

/*
 * The line of something that failed. @address: or null; @doctor: whether doctor knows more of it,
 * which is told to people where they could ask for this container
 */
void journal_failed(const char *container, const char *address, const char *why, const char *error,
		    bool doctor);

/* One line about the service itself. */
void journal_remark(const char *what, const char *text);

/* A note that is told once each: of many that are told, the oldest are forgotten. */
void journal_once(const char *text);

#endif
