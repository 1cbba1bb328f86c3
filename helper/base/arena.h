/* Memory for many small things that live and end together. */
#ifndef V6HOOK_ARENA_H
#define V6HOOK_ARENA_H

#include <stddef.h>

#include "base/cleanup.h"

/* All zeros at first; what was taken out of it does not move. */
struct arena {
	struct arena_block *last;
	size_t left; /* bytes, in the last block */
};

/* Takes so many bytes for whatever type. Returns null without memory. */
void *arena_take(struct arena *a, size_t size);

/* Copies so many bytes into it. Returns the copy, or null without memory. */
void *arena_copy(struct arena *a, const void *what, size_t size);

/* Copies a text, with its end. Returns the copy, or null without memory. */
const char *arena_text(struct arena *a, const char *text);

/* Frees all that was taken. */
void arena_release(struct arena *a);

#endif
