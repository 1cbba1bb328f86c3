/* All veths of the host at once, for who looks many ports up. */
#include "net/veths.h"

#include <errno.h>

#include "base/list.h"

static int on_link(const struct link *link, void *arg)
{
	struct veths *v = arg;

	return list_add(&v->list, &v->count, link, sizeof(*link));
}

static int compare(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

int veths_read(struct nl_sock *s, struct veths *ret, struct error *e)
{
	CLEANUP(veths_release) struct veths v = { .read = true };
	int r = link_each_veth(s, on_link, &v);

	if (r < 0)
		return error_sys(e, r, "cannot list the interfaces");
	if (v.count)
		qsort(v.list, v.count, sizeof(*v.list), compare);
	*ret = v;
	v.list = NULL;
	return 0;
}

const struct link *veths_at(const struct veths *v, int ifindex)
{
	const struct link key = { .ifindex = ifindex };

	return v->count ? bsearch(&key, v->list, v->count, sizeof(*v->list), compare) : NULL;
}
