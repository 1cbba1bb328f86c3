/* Lists that grow: an array that doubles whenever its count is a power of two. */
#ifndef V6HOOK_LIST_H
#define V6HOOK_LIST_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/*
 * Makes room for one more. @list: null for an empty one; @size: of an element, in bytes
 * Returns the list, which may have moved, or null without memory: then it is as it was.
 */
static inline void *list_room(void *list, size_t count, size_t size)
{
	return count & (count - 1) ? list : reallocarray(list, count ? 2 * count : 1, size);
}

/*
 * Adds a copy of one. @list: the address of the list, which may move; @size: of one, in bytes
 * Returns 0, or -ENOMEM: then all is as it was.
 */
static inline int list_add(void *list, size_t *count, const void *one, size_t size)
{
	void *larger;

	memcpy(&larger, list, sizeof(larger));
	larger = list_room(larger, *count, size);
	if (!larger)
		return -ENOMEM;
	memcpy(list, &larger, sizeof(larger));
	memcpy((char *)larger + (*count)++ * size, one, size);
	return 0;
}

#endif
