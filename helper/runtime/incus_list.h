/* Incus's list of instances, read as it arrives: their names, whatever else it holds. */
#ifndef V6HOOK_INCUS_LIST_H
#define V6HOOK_INCUS_LIST_H

#include "engine/incus_name.h"
#include "engine/lister.h"

#define INCUS_REFERENCE_MAX 160 /* bytes of one that is looked at */

/*
 * How far the list has been read: {"metadata":["/1.0/instances/NAME?project=PROJECT",...],...}. To
 * be zeroed before the first byte. Texts that refer to no instance that is served are passed over.
 */
struct incus_list {
	enum { INCUS_BEFORE, INCUS_WITHIN, INCUS_AFTER, INCUS_BROKEN } state;
	size_t depth;		 /* brackets that are open */
	bool in_string, escaped; /* escaped: the next byte is taken as it is */
	bool unfit;		 /* the present text is none that is looked at */
	char text[INCUS_REFERENCE_MAX];
	size_t used;
};

/* Reads a piece of any size, and calls `found` for each name in it. Returns 0, or -EBADMSG from the
 * first byte on that cannot be part of such a list. */
int incus_list_read(struct incus_list *l, const char *data, size_t len,
		    void (*found)(const char *name, void *arg), void *arg);

/* Whether the list has come to its end. */
bool incus_list_is_whole(const struct incus_list *l);

/* The same for who reads any list: of a struct incus_list. */
extern const struct engine_lister incus_lister;

#endif
