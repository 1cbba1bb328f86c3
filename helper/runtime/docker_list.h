/* Docker's list of containers, read as it arrives: their IDs, whatever else it holds. */
#ifndef V6HOOK_DOCKER_LIST_H
#define V6HOOK_DOCKER_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/lister.h"

/*
 * How far the list has been read: [{"Id":"...",...},...]. To be zeroed before the first byte.
 *
 * The values of the key "Id" in the objects that are the elements of the top-level array count;
 * deeper ones are somebody's labels. A value that is no string, is empty, holds an escape or does
 * not fit in ENGINE_ID_MAX is no ID, and passed over; so is a key that is written with escapes.
 */
struct docker_list {
	enum { LIST_BEFORE, LIST_WITHIN, LIST_AFTER, LIST_BROKEN } state;
	size_t depth;		 /* brackets that are open */
	char element;		 /* the bracket that opened depth 2 */
	bool in_string, escaped; /* escaped: the next byte is taken as it is */
	bool key;		 /* the next string at depth 2 is a key */
	bool key_is_id, value;	 /* value: that of "Id" comes next */
	bool taking, unfit;	 /* the present string is kept; it cannot be */
	const char *wanted;	 /* another key than "Id", of which longer values are taken */
	size_t deeper; /* so many brackets further in are the objects that are looked at */
	char text[IDENT_NAME_MAX + 2];
	size_t used;
};

/*
 * Reads a piece of any size, and calls `found` for each ID in it.
 * Returns 0, or -EBADMSG from the first byte on that cannot be part of such a list. That deeper
 * brackets are of one kind is not checked, nor what numbers look like.
 */
int docker_list_read(struct docker_list *l, const char *data, size_t len,
		     void (*found)(const char *id, void *arg), void *arg);

/* Whether the list has come to its end. */
bool docker_list_is_whole(const struct docker_list *l);

/* The same for who reads any list: of a struct docker_list. */
extern const struct engine_lister docker_lister;

#endif
