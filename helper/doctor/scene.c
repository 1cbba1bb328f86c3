/* What there is to be examined: everything that list and reconcile look at, and what is decided
 * about it. */
#include "doctor/scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"

const struct attachment *scene_attached(const struct scene *s, const struct holder *h)
{
	const struct attachment *a = h->attachment;

	return a && !a->waits && attachment_is_live(a, s->boot_id) ? a : NULL;
}

bool scene_is_ready(const struct scene *s, const struct marked_entry *entry)
{
	for (size_t i = 0; entry->kind == MARKED_PROXY && i < s->ready_count; i++)
		if (s->ready[i].ifindex == entry->ifindex &&
		    memcmp(&s->ready[i].address, &entry->address, sizeof(entry->address)) == 0)
			return true;
	return false;
}

struct scene_link *scene_link_find(const struct scene_links *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->list[i].name, name) == 0)
			return &all->list[i];
	return NULL;
}

/* The one of that name, which is added if need be. Returns it, or null without memory. */
static struct scene_link *add(const struct scene *s, struct scene_links *all, const char *name)
{
	struct scene_link *one = scene_link_find(all, name), *list;

	if (one)
		return one;
	list = list_room(all->list, all->count, sizeof(*list));
	if (!list)
		return NULL;
	all->list = list;
	one = &list[all->count++];
	*one = (struct scene_link){ 0 };
	snprintf(one->name, sizeof(one->name), "%s", name);
	if (link_by_name(s->host, name, &one->link) < 0)
		one->link = (struct link){ 0 };
	return one;
}

/* Adds an uplink. Returns it, or null without memory. */
static struct scene_link *add_uplink(struct scene *s, const char *name, bool proxies)
{
	struct scene_link *one = add(s, &s->uplinks, name);

	if (one)
		one->proxies |= proxies;
	return one;
}

/* Adds those of one that is attached. Returns 0 or -ENOMEM. */
static int add_attached(struct scene *s, const struct attachment *a)
{
	struct scene_link *bridge, *uplink;

	bridge = add(s, &s->bridges, a->bridge);
	if (!bridge)
		return -ENOMEM;
	bridge->attached++;
	if (!*a->uplink)
		return 0;
	uplink = add_uplink(s, a->uplink, !a->routed);
	if (!uplink)
		return -ENOMEM;
	uplink->attached++;
	return 0;
}

/* Adds that of one range: the one that is named, or that was found. Returns 0 or -ENOMEM. */
static int add_way(struct scene *s, const struct scene_way *w)
{
	const char *name = w->pool->uplink;

	if (!name && w->found == 0)
		name = w->uplink.name;
	return name && !add_uplink(s, name, !w->pool->routed) ? -ENOMEM : 0;
}

int scene_links_find(struct scene *s, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && s->look && i < s->look->present.count; i++) {
		const struct attachment *a = scene_attached(s, &s->look->present.list[i]);

		if (a)
			r = add_attached(s, a);
	}
	for (size_t i = 0; r == 0 && i < s->way_count; i++)
		r = add_way(s, &s->ways[i]);
	return r < 0 ? error_sys(e, r, "cannot list the interfaces") : 0;
}
