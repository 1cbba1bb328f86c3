/* Other firewalls beside what the service knows by heart: which ways they have closed. */
#include "watch/walls.h"

#include "base/text.h"
#include "filter/other_look.h"

/* Any one who is attached by that way, or null. */
static const struct kept_entry *user_of(const struct kept *k, size_t way)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->list[i]->live && k->list[i]->way == way)
			return k->list[i];
	return NULL;
}

uint64_t walls_look(const struct kept *k)
{
	struct other_wall wall = { .any = true };
	uint64_t closed = 0;

	for (size_t i = 0; wall.any && i < k->way_count; i++) {
		const struct kept_way *w = &k->ways[i];
		const struct kept_entry *user = w->users ? user_of(k, i) : NULL;

		if (!user)
			continue;
		other_look(&(struct other_way){ w->uplink, w->via, user->address }, &wall);
		if (wall.drops)
			closed += text_hash(w->via, text_hash(wall.chain, wall.passed)) | 1;
	}
	return closed;
}
