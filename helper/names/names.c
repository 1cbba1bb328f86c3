/*
 * Which names the containers have, by whose word, and whose a name is that two would like.
 *
 * Theory of operation: a name is given as an address is. The configuration's word is the first, and
 * any name may be meant. Then comes the name that the engine has the container by: one label, and
 * the domain behind it. Then what the one who ran it says (label v6hook.name), which must lie in
 * the domain. Who is asked first wins, and of two with the same right the one whose lease is older:
 * a newcomer takes nothing away. The names of a container that is stopped stay its own, as its
 * lease does. Ordinary users' containers, whose names they make up, have what the configuration
 * gives them. The host's own name is nobody's.
 */
#include "names/names.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/list.h"

/* By whose word, in this order; */
enum right { BY_CONFIGURATION, BY_ENGINE, BY_LABEL };

/* A name that one would like. */
struct wish {
	struct name name;
	enum right right;
	unsigned int rank; /* among its own, the one it is best known by first */
};

struct wishes {
	struct wish *list;
	size_t count;
	struct utsname host;
};

static void wishes_release(struct wishes *w)
{
	free(w->list);
}

bool names_serves(const struct context *c, const struct holder *h)
{
	/* unreadable is not absent */
	return h->unreadable || h->lost ||
	       (h->attachment && !h->attachment->waits &&
		attachment_is_live(h->attachment, c->boot_id));
}

int names_look(struct look *l, struct error *e)
{
	int r = look_read_store(l, e);

	return r < 0 ? r : look_find_lost(l, e);
}

bool names_may_be(const struct context *c, const char *hostname)
{
	return c->config->domain && hostname_is_below(hostname, c->config->domain);
}

static int add(struct wishes *w, const struct holder *h, const char *name, enum right right,
	       unsigned int rank)
{
	struct wish *larger = list_room(w->list, w->count, sizeof(*larger)), *one;

	if (!larger)
		return -ENOMEM;
	w->list = larger;
	one = &w->list[w->count++];
	*one = (struct wish){ .name.holder = h, .right = right, .rank = rank };
	snprintf(one->name.text, sizeof(one->name.text), "%s", name);
	return 0;
}

/* The name that its engine has it by: alone, and with the domain. Returns 0 or -ENOMEM. */
static int add_own(const struct context *c, struct wishes *w, const struct holder *h,
		   const struct ident *id)
{
	const char *domain = c->config->domain;
	char name[HOSTNAME_MAX], full[2 * HOSTNAME_MAX], whole[HOSTNAME_MAX];
	int r = 0;

	if (id->owner)
		return 0;
	snprintf(full, sizeof(full), "%s%s%s", id->name, domain ? "." : "", domain ? domain : "");
	/* one with dots is whole already */
	if (strchr(id->name, '.'))
		return hostname_read(id->name, name) && names_may_be(c, name) &&
				       !hostname_is_own(name, domain, w->host.nodename)
			       ? add(w, h, name, BY_ENGINE, 2)
			       : 0;
	if (!hostname_read(full, whole) || hostname_is_own(whole, domain, w->host.nodename))
		return 0;
	if (domain)
		r = add(w, h, whole, BY_ENGINE, 2);
	if (r == 0 && hostname_read(id->name, name) &&
	    !hostname_is_own(name, domain, w->host.nodename))
		r = add(w, h, name, BY_ENGINE, 3);
	return r;
}

/* All that one would like to be called. Returns 0 or -ENOMEM. */
static int add_all(const struct context *c, struct wishes *w, const struct holder *h)
{
	const struct config_container *said = config_container(c->config, h->ident);
	const char *label = h->attachment ? h->attachment->hostname : "";
	struct ident id;
	int r = 0;

	if (ident_from_text(h->ident, &id) < 0)
		return 0;
	if (said && said->name)
		r = add(w, h, said->name, BY_CONFIGURATION, 0);
	if (r == 0 && *label && !id.owner && names_may_be(c, label) &&
	    !hostname_is_own(label, c->config->domain, w->host.nodename))
		r = add(w, h, label, BY_LABEL, 1);
	return r == 0 ? add_own(c, w, h, &id) : r;
}

/* Those of one name together, the one whose it is first. */
static int by_right(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	const struct holder *h = x->name.holder, *k = y->name.holder;
	int order = strcmp(x->name.text, y->name.text);

	if (order)
		return order;
	if (x->right != y->right)
		return x->right < y->right ? -1 : 1;
	if (h->created != k->created)
		return h->created < k->created ? -1 : 1;
	order = strcmp(h->ident, k->ident);
	/* its own label may say what its engine does */
	return order ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}

static int by_address(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order =
		memcmp(&x->name.holder->address, &y->name.holder->address, sizeof(struct in6_addr));

	return order ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void sort(struct wishes *w, int (*order)(const void *, const void *))
{
	if (w->count)
		qsort(w->list, w->count, sizeof(*w->list), order);
}

/* Leaves of each name the one whose it is, if that is attached. */
static void settle(const struct context *c, struct wishes *w)
{
	size_t left = 0;

	sort(w, by_right);
	for (size_t i = 0, next; i < w->count; i = next) {
		for (next = i + 1;
		     next < w->count && strcmp(w->list[next].name.text, w->list[i].name.text) == 0;)
			next++;
		if (names_serves(c, w->list[i].name.holder))
			w->list[left++] = w->list[i];
	}
	w->count = left;
	sort(w, by_address);
}

int names_find(const struct context *c, const struct look *l, struct names *ret)
{
	CLEANUP(wishes_release) struct wishes w = { 0 };
	struct names n = { 0 };
	int r = uname(&w.host) < 0 ? -errno : 0;

	for (size_t i = 0; r == 0 && i < l->present.count; i++)
		r = add_all(c, &w, &l->present.list[i]);
	if (r < 0)
		return r;
	settle(c, &w);
	n.list = calloc(w.count + 1, sizeof(*n.list));
	if (!n.list)
		return -ENOMEM;
	for (; n.count < w.count; n.count++)
		n.list[n.count] = w.list[n.count].name;
	*ret = n;
	return 0;
}
