/* Which of an engine's containers are to be inspected: in what order, and how many beside each
 * other. */
#ifndef V6HOOK_ENGINE_QUEUE_H
#define V6HOOK_ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/path.h"

#define ENGINE_INSPECTS_AT_ONCE 8
#define ENGINE_INSPECTS_MOST 4096
#define ENGINE_LISTED "running" /* why one is looked at that was listed */

/*
 * One container to be inspected. Its answers are told in the order of its events: of one ID only
 * one inspect is under way, and what is asked for meanwhile is asked anew after it.
 */
struct engine_inspect {
	struct engine_inspect *next;
	char id[ENGINE_ID_MAX];	  /* what is asked for */
	char name[ENGINE_ID_MAX]; /* for people: cut, or the ID where no name is known */
	const char *why;	  /* a word that lives on, for the journal */
	int64_t event_ns;	  /* when that was, by the daemon's clock; 0: unknown */
	bool listed;		  /* the listing waits for it */
	bool sent;
	bool outdated; /* what has been told since makes the answer worth nothing */
	bool owner; /* only asked for the name: that of whose network the container `name` uses */
};

struct engine_queue {
	struct engine_inspect *first; /* in the order in which they came */
	size_t count, sent, listed;
};

/*
 * Takes one on. A second one for an ID that is not sent yet is dropped: the first will tell as
 * much. Those that are under way do not count, their answers may be older than what happened.
 * Returns 0, -ENOBUFS if ENGINE_INSPECTS_MOST are waiting or under way, or -ENOMEM.
 */
int engine_queue_add(struct engine_queue *q, const struct engine_inspect *what);

/* The next one to be sent, marked as sent; null if there is none, or enough are under way. */
struct engine_inspect *engine_queue_next(struct engine_queue *q);

/* Asks next, in place of this one that was answered, who owns the network that it uses. */
void engine_queue_ask_owner(struct engine_queue *q, struct engine_inspect *i, const char *owner,
			    const char *name);

/* Whether an inspect of this ID is under way; if so, its answer counts for nothing from now on. */
const struct engine_inspect *engine_queue_outdate(struct engine_queue *q, const char *id);

/* It was answered, or failed: frees it. */
void engine_queue_remove(struct engine_queue *q, struct engine_inspect *i);

void engine_queue_clear(struct engine_queue *q);

#endif
