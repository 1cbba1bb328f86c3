/* How an engine's list is read as it arrives: the names in it, whatever else it holds. */
#ifndef V6HOOK_ENGINE_LISTER_H
#define V6HOOK_ENGINE_LISTER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/path.h"

/* @list: how far it has been read, of the lister's own kind; zeroed before the first byte */
struct engine_lister {
	enum engine_what what; /* to be asked for */

	/* Reads a piece of any size, and calls `found` for each name in it. Returns 0 or -EBADMSG.
	 */
	int (*read)(void *list, const char *data, size_t len,
		    void (*found)(const char *name, void *arg), void *arg);

	/* Whether the list has come to its end. */
	bool (*is_whole)(const void *list);
};

#endif
