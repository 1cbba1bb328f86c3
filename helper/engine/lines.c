/* A stream cut into lines of bounded length. */
#include "engine/lines.h"

void engine_lines_read(struct engine_lines *l, const char *data, size_t len,
		       void (*line)(const char *line, size_t len, void *arg), void *arg)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\n') {
			if (l->used < l->most)
				l->text[l->used++] = data[i];
			else
				l->too_long = true;
			continue;
		}
		l->text[l->used] = '\0';
		if (l->too_long)
			line(NULL, 0, arg);
		else if (l->used)
			line(l->text, l->used, arg);
		l->used = 0;
		l->too_long = false;
	}
}
