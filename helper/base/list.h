/* Lists that grow: an array that doubles whenever its count is a power of two. */
#ifndef V6HOOK_LIST_H
#define V6HOOK_LIST_H

#include <stddef.h>
#include <stdlib.h>

/*
 * Makes room for one more. @list: null for an empty one; @size: of an element, in bytes
 * Returns the list, which may have moved, or null without memory: then it is as it was.
 */
static inline void *list_room(void *list, size_t count, size_t size)
{
	return count & (count - 1) ? list : reallocarray(list, count ? 2 * count : 1, size);
}

#endif
