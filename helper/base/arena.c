/* Memory for many small things that live and end together. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#define BLOCK 65536 /* bytes */

struct arena_block {
	struct arena_block *before;
	alignas(max_align_t) char room[];
};

void *arena_take(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = a->last;
	size_t room;

	size = (size + align - 1) / align * align;
	if (!block || size > a->left) {
		room = size > BLOCK ? size : BLOCK;
		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		block->before = a->last;
		a->last = block;
		a->left = room;
	}
	a->left -= size;
	/* from the end on: so the block need not know its size */
	return block->room + a->left;
}

void *arena_copy(struct arena *a, const void *what, size_t size)
{
	void *copy = arena_take(a, size);

	return copy ? memcpy(copy, what, size) : NULL;
}

const char *arena_text(struct arena *a, const char *text)
{
	return *text ? arena_copy(a, text, strlen(text) + 1) : "";
}

void arena_release(struct arena *a)
{
	while (a->last) {
		struct arena_block *block = a->last;

		a->last = block->before;
		free(block);
	}
}
