/* Hands remarks to whoever main or watch appointed to print them. */
#include "base/note.h"

#include <stdarg.h>
#include <stdio.h>

static note_sink current;

void note_to(note_sink sink)
{
	current = sink;
}

void note(enum note_level level, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!current)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	current(level, text);
}
