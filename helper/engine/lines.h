/* A stream cut into lines of bounded length. */
#ifndef V6HOOK_ENGINE_LINES_H
#define V6HOOK_ENGINE_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* What has arrived of the present line. To be given room for most + 1 bytes, and zeroed else. */
struct engine_lines {
	char *text;
	size_t most, used;
	bool too_long; /* this line is being skipped */
};

/*
 * Reads a piece of any size, and calls `line` for each line that ends in it, without its newline
 * and zero-terminated; for one that is longer than `most`, with null. Empty ones are passed over.
 */
void engine_lines_read(struct engine_lines *l, const char *data, size_t len,
		       void (*line)(const char *line, size_t len, void *arg), void *arg);

#endif
