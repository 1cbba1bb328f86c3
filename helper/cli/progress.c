/* What long work is at, for the user at a terminal: one line that is replaced, and gone at the end.
 */
#include "cli/progress.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/terminal.h"

#define EACH_MS 100

static bool shown;
static int64_t next_at;

void progress_show(const char *text)
{
	char line[512];

	if (clock_ms() < next_at || !terminal_is(stderr))
		return;
	next_at = clock_ms() + EACH_MS;
	shown = true;
	text_escape(text, line, sizeof(line));
	/* no wider than the window: a line that is broken is not replaced as a whole */
	fprintf(stderr, "\r%.*s\033[K", (int)terminal_columns(stderr) - 1, line);
	fflush(stderr);
}

void progress_clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}
