/* Who speaks for a container's address: the candidates, in the order of their authority. */
#include "policy/candidate.h"

#include "known/trace.h"

static void add(struct candidate *list, int *count, const struct in6_addr *address,
		enum source source)
{
	if (address)
		list[(*count)++] = (struct candidate){ *address, source };
}

int candidates_list(const struct choose *q, const struct lease *held,
		    struct candidate list[CANDIDATES_MOST], struct in6_addr *trace)
{
	const struct config_container *said = config_container(q->c->config, q->ident);
	const struct in6_addr *engines = NULL;
	struct error ignored;
	int count = 0;

	for (int i = q->given->count - 1; q->owner == 0 && i >= 0; i--)
		if (pools_find(q->c->pools, &q->given->list[i], &ignored))
			engines = &q->given->list[i];
	add(list, &count, q->asked, FROM_ASKED);
	add(list, &count, said && said->has_address ? &said->address : NULL, FROM_CONFIG);
	add(list, &count, held && held->pinned ? &held->address : NULL, FROM_PIN);
	add(list, &count, engines, FROM_ENGINE);
	add(list, &count, q->owner == 0 ? q->label : NULL, FROM_LABEL);
	/* a lease that the configuration has left behind is left for another */
	add(list, &count,
	    held && pools_find(q->c->pools, &held->address, &ignored) ? &held->address : NULL,
	    FROM_LEASE);
	if (!held && trace_find(q->c, q->host, q->inner, q->port, trace))
		add(list, &count, trace, FROM_TRACE);
	return count;
}

bool candidate_may_pass(const struct candidate *c, const struct error *e)
{
	if (c->source == FROM_TRACE)
		return true;
	return c->source == FROM_LABEL && (e->status == STATUS_USAGE || e->status == STATUS_IN_USE);
}
