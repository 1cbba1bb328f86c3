/* The guard's table beside what the service knows by heart: one dump a set, when it has changed. */
#include "watch/guards.h"

#include <errno.h>

#include "base/note.h"
#include "keep/guarded.h"

/* Adds what must be there of one. Returns 0 or -ENOMEM. */
static int want(const struct kept *k, const struct kept_entry *entry, struct elements *must)
{
	struct filter_element list[GUARD_ELEMENTS];
	struct guard_port port = entry->guard;
	size_t count;
	int r = 0;

	port.name = entry->ident;
	port.gateway = k->c->config->gateway;
	port.bare = k->ways[entry->way].via_index == port.port;
	port.speaks = k->c->config->guard && (k->ways[entry->way].bridged || port.bare);
	guarded_expose(k->c, &port);
	count = guard_elements(&port, list);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = elements_add(must, &list[i]);
	return r;
}

/* Whether both hold the same; in what must be, the same may be twice. */
static bool is_same(const struct elements *have, const struct elements *must)
{
	size_t k = 0;

	for (size_t i = 0; i < must->count; i++) {
		if (i && element_order(&must->list[i], &must->list[i - 1]) == 0)
			continue;
		if (k == have->count || element_order(&must->list[i], &have->list[k++]) != 0)
			return false;
	}
	return k == have->count;
}

int guards_compare(const struct kept *k)
{
	CLEANUP(guard_state_release) struct guard_state g = { 0 };
	_elements_ struct elements must = { 0 };
	_nl_sock_ struct nl_sock *nl = NULL;
	struct error e;
	int r = guard_open(&nl, &e);

	if (r == 0)
		r = guard_read(nl, true, &g, &e);
	if (r < 0) {
		note(NOTE_STATE, "%s", e.text);
		return r;
	}
	for (size_t i = 0; r == 0 && i < k->count; i++)
		if (k->list[i]->live)
			r = want(k, k->list[i], &must);
	if (r < 0)
		return r;
	elements_sort(&must);
	return guard_fits(&g, &must) && is_same(&g.elements, &must);
}
