/* Other firewalls beside what the service knows by heart: which ways they have closed. */
#include "watch/walls.h"

#include "base/text.h"
#include "filter/other_look.h"

/* Those who are attached by a way: the first and the last, in the order of addresses. */
struct users {
	const struct kept_entry *first, *last;
};

static struct users users_of(const struct kept *k, size_t way)
{
	struct users u = { NULL, NULL };

	for (size_t i = 0; i < k->count; i++) {
		if (!k->list[i]->live || k->list[i]->way != way)
			continue;
		u.first = u.first ? u.first : k->list[i];
		u.last = k->list[i];
	}
	return u;
}

/* A number for what has closed the way of one, or 0. @any: whether there is anything that drops */
static uint64_t look_at(const struct kept_way *w, const struct kept_entry *user, bool *any)
{
	struct other_wall wall;

	other_look(&(struct other_way){ w->uplink, w->via, user->address }, &wall);
	*any = wall.any;
	return wall.drops ? text_hash(w->via, text_hash(wall.chain, wall.passed)) | 1 : 0;
}

uint64_t walls_look(const struct kept *k)
{
	uint64_t closed = 0;
	bool any = true;

	for (size_t i = 0; any && i < k->way_count; i++) {
		const struct users u = users_of(k, i);

		if (k->ways[i].users && u.first)
			closed += look_at(&k->ways[i], u.first, &any);
		/* who is of another range, mostly */
		if (any && u.last != u.first)
			closed += 3 * look_at(&k->ways[i], u.last, &any);
	}
	return closed;
}
