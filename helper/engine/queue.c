/* Which of an engine's containers are to be inspected: in what order, and how many beside each
 * other. */
#include "engine/queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int engine_queue_add(struct engine_queue *q, const struct engine_inspect *what)
{
	struct engine_inspect **end = &q->first;

	for (; *end; end = &(*end)->next) {
		struct engine_inspect *i = *end;

		if (i->sent || i->owner || strcmp(i->id, what->id) != 0)
			continue;
		q->listed += what->listed && !i->listed;
		i->listed |= what->listed;
		return 0;
	}
	if (q->count >= ENGINE_INSPECTS_MOST)
		return -ENOBUFS;
	*end = malloc(sizeof(**end));
	if (!*end)
		return -ENOMEM;
	**end = *what;
	(*end)->next = NULL;
	(*end)->sent = (*end)->outdated = (*end)->owner = false;
	q->count++;
	q->listed += what->listed;
	return 0;
}

/* The inspect of this ID that is under way, or null. */
static struct engine_inspect *find_sent(const struct engine_queue *q, const char *id)
{
	for (struct engine_inspect *i = q->sent ? q->first : NULL; i; i = i->next)
		if (i->sent && !i->owner && strcmp(i->id, id) == 0)
			return i;
	return NULL;
}

struct engine_inspect *engine_queue_next(struct engine_queue *q)
{
	if (q->sent >= ENGINE_INSPECTS_AT_ONCE)
		return NULL;
	for (struct engine_inspect *i = q->first; i; i = i->next) {
		if (i->sent || (!i->owner && find_sent(q, i->id)))
			continue;
		i->sent = true;
		q->sent++;
		return i;
	}
	return NULL;
}

void engine_queue_ask_owner(struct engine_queue *q, struct engine_inspect *i, const char *owner,
			    const char *name)
{
	snprintf(i->id, sizeof(i->id), "%s", owner);
	snprintf(i->name, sizeof(i->name), "%s", name);
	i->owner = true;
	i->sent = false;
	q->sent--;
}

const struct engine_inspect *engine_queue_outdate(struct engine_queue *q, const char *id)
{
	struct engine_inspect *i = find_sent(q, id);

	if (i)
		i->outdated = true;
	return i;
}

void engine_queue_remove(struct engine_queue *q, struct engine_inspect *i)
{
	struct engine_inspect **at = &q->first;

	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	q->count--;
	q->sent -= i->sent;
	q->listed -= i->listed;
	free(i);
}

void engine_queue_clear(struct engine_queue *q)
{
	while (q->first)
		engine_queue_remove(q, q->first);
}
