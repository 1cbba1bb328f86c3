/* Everything in the host's kernel tables that carries the mark. */
#include "net/marked.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "net/neigh.h"
#include "net/route.h"

/* What is being read into which list. */
struct reading {
	struct marked *into;
	enum marked_kind kind;
};

int marked_add(struct marked *m, const struct in6_addr *address, enum marked_kind kind, int ifindex)
{
	const struct marked_entry one = { *address, kind, ifindex };

	return list_add(&m->list, &m->count, &one, sizeof(one));
}

static int on_entry(const struct in6_addr *address, int ifindex, void *arg)
{
	const struct reading *r = arg;

	return marked_add(r->into, address, r->kind, ifindex);
}

static int compare(const void *a, const void *b)
{
	const struct marked_entry *x = a, *y = b;
	int order = memcmp(&x->address, &y->address, sizeof(x->address));

	if (order == 0)
		order = (int)x->kind - (int)y->kind;
	return order ? order : x->ifindex - y->ifindex;
}

int marked_read(struct nl_sock *s, struct marked *ret, struct error *e)
{
	_marked_ struct marked m = { 0 };
	struct reading reading = { &m, MARKED_PROXY };
	int r = proxy_each_marked(s, on_entry, &reading);

	reading.kind = MARKED_ROUTE;
	if (r == 0)
		r = route_each_marked(s, on_entry, &reading);
	reading.kind = MARKED_NEIGHBOUR;
	if (r == 0)
		r = neigh_each_marked(s, on_entry, &reading);
	if (r < 0)
		return error_sys(e, r, "cannot list the kernel's entries");
	if (m.count)
		qsort(m.list, m.count, sizeof(*m.list), compare);
	*ret = m;
	m.list = NULL;
	return 0;
}

bool marked_has(const struct marked *m, const struct in6_addr *address)
{
	size_t from = 0, to = m->count;

	while (from < to) {
		size_t middle = (from + to) / 2;
		int order = memcmp(&m->list[middle].address, address, sizeof(*address));

		if (order == 0)
			return true;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

bool marked_is(const struct marked *m, const struct in6_addr *address, enum marked_kind kind,
	       int ifindex)
{
	const struct marked_entry key = { *address, kind, ifindex };

	return m->count && bsearch(&key, m->list, m->count, sizeof(key), compare);
}

int marked_remove(struct nl_sock *s, const struct marked_entry *entry)
{
	int r = -EINVAL;

	switch (entry->kind) {
	case MARKED_PROXY:
		r = proxy_remove(s, &entry->address, entry->ifindex);
		break;
	case MARKED_ROUTE:
		r = route_remove_host(s, &entry->address);
		break;
	case MARKED_NEIGHBOUR:
		r = neigh_remove(s, &entry->address, entry->ifindex);
		break;
	}
	return r < 0 ? r : 0;
}

int marked_remove_address(struct nl_sock *s, const struct in6_addr *address, struct error *e)
{
	_marked_ struct marked all = { 0 };
	int r = marked_read(s, &all, e);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const struct marked_entry *entry = &all.list[i];

		if (memcmp(&entry->address, address, sizeof(*address)) != 0)
			continue;
		r = marked_remove(s, entry);
		if (r < 0)
			return error_sys(e, r, "cannot remove the %s", marked_name(entry->kind));
	}
	return r;
}

const char *marked_name(enum marked_kind kind)
{
	static const char *const names[] = { "proxy entry", "route", "neighbour" };

	return names[kind];
}
