/* map: what each address of the pools is, as far as there is something to tell of it. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/user.h"
#include "net/own.h"
#include "ops/verbs.h"
#include "world/look.h"

void map_release(struct map *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->list[i].who);
	free(m->list);
}

static int add(struct map *m, const struct in6_addr *address, enum map_state state, const char *who)
{
	struct map_mark *larger = list_room(m->list, m->count, sizeof(*larger));
	char *copy;

	if (!larger)
		return -ENOMEM;
	m->list = larger;
	copy = strdup(who);
	if (!copy)
		return -ENOMEM;
	m->list[m->count++] = (struct map_mark){ *address, state, copy };
	return 0;
}

static int on_listing(const struct listing *l, void *arg)
{
	static const enum map_state states[] = {
		[LIST_ATTACHED] = MAP_ATTACHED,
		[LIST_DETACHED] = MAP_DETACHED,
		[LIST_BROKEN] = MAP_BROKEN,
		[LIST_WAITING] = MAP_BROKEN,
	};
	char who[IDENT_TEXT_MAX + USER_NAME_MAX];

	if (!l->has_address)
		return 0;
	return add(arg, &l->address, *l->warning ? MAP_BROKEN : states[l->state],
		   ident_shown(&l->ident, who, sizeof(who)));
}

/* Adds what rests. Returns 0 or -errno. */
static int add_resting(struct context *c, struct map *m, struct error *e)
{
	_look_ struct look look = { .store = c->store, .boot_id = c->boot_id };
	int r = look_read_store(&look, e);

	for (size_t i = 0; r == 0 && i < look.resting.count; i++) {
		const struct holder *h = &look.resting.list[i];
		bool elsewhere = strncmp(h->ident, LEASE_ELSEWHERE, strlen(LEASE_ELSEWHERE)) == 0;

		if (usage_rests(c, h))
			r = add(m, &h->address, elsewhere ? MAP_ELSEWHERE : MAP_RESTING,
				elsewhere ? h->ident + strlen(LEASE_ELSEWHERE) : h->ident);
	}
	return r;
}

/* Adds the host's addresses and its router's. Returns 0 or -errno. */
static int add_own(struct map *m, struct error *e)
{
	_host_addresses_ struct host_addresses own = { 0 };
	_nl_sock_ struct nl_sock *nl = NULL;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = host_addresses_read(nl, &own, e);
	for (size_t i = 0; r == 0 && i < own.count; i++)
		r = add(m, &own.list[i].address, MAP_HOST, "this host");
	if (r == 0 && own.standard.has_gateway)
		r = add(m, &own.standard.gateway, MAP_HOST, "its router");
	return r;
}

static int by_address(const void *a, const void *b)
{
	const struct map_mark *x = a, *y = b;
	int order = memcmp(&x->address, &y->address, sizeof(x->address));

	/* of one address what was added first: the states are in that order */
	return order ? order : (int)x->state - (int)y->state;
}

/* Sorts, and leaves one mark an address. */
static void settle(struct map *m)
{
	size_t left = 0;

	if (m->count)
		qsort(m->list, m->count, sizeof(*m->list), by_address);
	for (size_t i = 0; i < m->count; i++)
		if (left && memcmp(&m->list[left - 1].address, &m->list[i].address,
				   sizeof(struct in6_addr)) == 0)
			free(m->list[i].who);
		else
			m->list[left++] = m->list[i];
	m->count = left;
}

int op_map(struct context *c, struct map *ret, struct error *e)
{
	CLEANUP(map_release) struct map m = { 0 };
	const struct config *config = c->config;
	int r = op_list(c, on_listing, &m, e);

	if (r == 0)
		r = add_resting(c, &m, e);
	for (size_t i = 0; r == 0 && i < config->container_count; i++)
		if (config->containers[i].has_address)
			r = add(&m, &config->containers[i].address, MAP_KEPT,
				config->containers[i].ident);
	if (r == 0)
		r = add_own(&m, e);
	if (r == -ENOMEM)
		return error_sys(e, r, "cannot draw the map");
	if (r < 0)
		return r;
	settle(&m);
	*ret = m;
	m = (struct map){ 0 };
	return 0;
}
