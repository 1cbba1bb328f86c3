/* What the host's kernel lacks of what the records say, given back to many at once. */
#include "world/plan.h"

#include "net/host.h"
#include "net/neigh.h"
#include "net/route.h"

int plan_step_look(const struct look *l, struct plan_step *step)
{
	const struct in6_addr *address = &step->address;
	/* the look does not know which MAC it has */
	int neighbour = neigh_check(l->host, address, step->via, step->mac);

	if (neighbour < 0)
		return neighbour;

	step->lacks = 0;
	if (step->uplink && !marked_is(&l->kernel, address, MARKED_PROXY, step->uplink) &&
	    proxy_exists(l->host, address, step->uplink) != 1)
		step->lacks |= 1 << MARKED_PROXY;
	if (!marked_is(&l->kernel, address, MARKED_ROUTE, step->via) &&
	    !host_leads(l->host, address, step->via))
		step->lacks |= 1 << MARKED_ROUTE;
	if (!neighbour)
		step->lacks |= 1 << MARKED_NEIGHBOUR;
	return 0;
}

/* Messages, and the steps that they are of. */
struct batch {
	struct nl_msg *list[NL_MANY];
	struct plan_step *of[NL_MANY];
	size_t count;
};

static void batch_release(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		nlmsg_free(b->list[i]);
}

static void add(struct batch *b, struct plan_step *step, struct nl_msg *m)
{
	step->failed |= !m;
	if (!m)
		return;
	b->of[b->count] = step;
	b->list[b->count++] = m;
}

static void carry_out(struct nl_sock *nl, struct batch *b)
{
	int result[NL_MANY];
	int r = nl_do_all(nl, b->list, b->count, result);

	for (size_t i = 0; i < b->count; i++)
		b->of[i]->failed |= r < 0 || result[i] < 0;
}

void plan_lead(struct nl_sock *nl, struct plan_step *const *steps, size_t count)
{
	CLEANUP(batch_release) struct batch b = { .count = 0 };

	for (size_t i = 0; i < count && i < PLAN_MOST; i++) {
		struct plan_step *s = steps[i];

		if (!s->failed && s->lacks & 1 << MARKED_ROUTE)
			add(&b, s, route_wish(&s->address, s->via));
		if (!s->failed && s->lacks & 1 << MARKED_NEIGHBOUR)
			add(&b, s, neigh_wish(&s->address, s->via, s->mac));
	}
	carry_out(nl, &b);
}

void plan_open(struct nl_sock *nl, struct plan_step *const *steps, size_t count)
{
	CLEANUP(batch_release) struct batch b = { .count = 0 };

	for (size_t i = 0; i < count && i < PLAN_MOST; i++) {
		struct plan_step *s = steps[i];

		if (s->failed || !(s->lacks & 1 << MARKED_PROXY))
			continue;
		add(&b, s, proxy_wish(&s->address, s->uplink));
		/* LXC has seen entries that "appear to be added but then do not appear" */
		add(&b, s, proxy_question(&s->address, s->uplink));
	}
	carry_out(nl, &b);
}
