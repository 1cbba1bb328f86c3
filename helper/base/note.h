/* Remarks that are no errors: kept for main and watch to print, or not. */
#ifndef V6HOOK_NOTE_H
#define V6HOOK_NOTE_H

enum note_level {
	NOTE_PROGRESS, /* what long work is at: for who waits at a terminal, as long as it lasts */
	NOTE_DETAIL,   /* shown with --verbose: what was changed, what was left alone */
	NOTE_REMARK,   /* always shown: what the user is to do meanwhile, what was done for them */
	NOTE_WARNING,  /* always shown: the user should know, the work goes on */
	NOTE_STATE,    /* the same of what stays so: a service that looks again tells it once */
};

typedef void (*note_sink)(enum note_level level, const char *text);

/* Sets who receives the remarks (main, watch, a test); none until then. */
void note_to(note_sink sink);

/* Hands one remark to the sink. */
void note(enum note_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
