/* Who has the leases that are examined, and what several checks of them ask. */
#include "doctor/holders.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

const char *holder_name(const struct holder *h, char out[IDENT_TEXT_MAX])
{
	struct ident id;

	if (!*h->ident || ident_from_text(h->ident, &id) < 0)
		snprintf(out, IDENT_TEXT_MAX, "?");
	else
		ident_container(&id, out);
	return out;
}

void holders_each(struct exam *x,
		  void (*look)(struct exam *x, const struct holder *h, const struct attachment *a))
{
	const struct scene *s = x->scene;

	for (size_t i = 0; s->look && i < s->look->present.count; i++)
		look(x, &s->look->present.list[i], scene_attached(s, &s->look->present.list[i]));
}

const char *holder_life(const struct attachment *a, char *out, size_t size)
{
	if (a->pid)
		snprintf(out, size, "/proc/%d", (int)a->pid);
	else
		snprintf(out, size, "%s", a->netns_path);
	return out;
}

bool holder_is_gone(const struct attachment *a)
{
	char path[sizeof(a->netns_path)];

	return access(holder_life(a, path, sizeof(path)), F_OK) < 0 && errno == ENOENT;
}

bool holder_can_work(const struct scene *s, const struct attachment *a)
{
	const struct scene_link *uplink = scene_link_find(&s->uplinks, a->uplink),
				*bridge = scene_link_find(&s->bridges, a->bridge);

	return !holder_is_gone(a) && bridge && !bridge->dead &&
	       (a->routed || (uplink && !uplink->dead));
}

void holder_tell_once(struct exam *x, enum finding_state state, const char *what,
		      const char *remedy)
{
	if (x->found->count > x->first)
		return;
	exam_tell(x, state, "%s", what);
	exam_remedy(x, "%s", remedy);
}
