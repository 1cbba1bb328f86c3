/* What the user's terminal is like: whether there is one, how wide it is, what it shows. */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS 80
#define COLUMNS_MOST 1000
#define ROWS 24

bool terminal_is(FILE *out)
{
	return isatty(fileno(out)) == 1;
}

unsigned int terminal_columns(FILE *out)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;
	int n;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	n = text ? atoi(text) : 0;
	return n > 0 && n <= COLUMNS_MOST ? (unsigned int)n : COLUMNS;
}

unsigned int terminal_rows(FILE *out)
{
	struct winsize size;

	return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : ROWS;
}

bool terminal_has_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return terminal_is(out) && !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_has_utf8(void)
{
	/* in the order of locale(7) */
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}
