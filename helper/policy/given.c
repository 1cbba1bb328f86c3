/* What the engine says that it gave the container, and what its port merely has. */
#include "policy/given.h"

#include <errno.h>
#include <string.h>

#include "base/note.h"

static bool holds(const struct in6_addr *list, int count, const struct in6_addr *address)
{
	for (int i = 0; i < count; i++)
		if (memcmp(&list[i], address, sizeof(*address)) == 0)
			return true;
	return false;
}

bool given_found(const struct given *g, const struct in6_addr *address)
{
	return holds(g->has.found, g->has.found_count, address);
}

int given_read(const struct request *q, const struct instance *i, struct nl_sock *inner,
	       const struct port *port, struct given *ret, struct error *e)
{
	const struct in6_addr *said = q->given ? q->given : i->given;
	int count = q->given ? q->given_count : i->given_count;
	struct in6_addr written[INSTANCE_GIVEN_MAX];
	struct given g = { .count = 0 };
	struct error error;
	int r = container_look(inner, port, &g.has, e);

	if (r < 0)
		return r;
	g.asked = q->given || *i->id;
	if (!i->ident.owner && strcmp(i->ident.runtime, "lxc") == 0) {
		g.written = g.has.found_count;
		said = written;
		count = runtime_lxc_written(&i->ident, q->engine_config, written, &error);
		g.asked = count >= 0;
		/* one that is not there names nothing */
		if (count < 0 && count != -ENOENT && g.has.found_count)
			note(NOTE_WARNING, "%s: the addresses that it names are not known",
			     error.text);
	}
	for (int k = 0; k < g.has.found_count; k++)
		if (holds(said, count, &g.has.found[k]))
			g.list[g.count++] = g.has.found[k];
	/* what Incus gives, by DHCP, its container may never ask for */
	for (int k = 0; k < count && strcmp(i->ident.runtime, "incus") == 0; k++)
		if (!IN6_IS_ADDR_V4MAPPED(&said[k]) && g.count < GIVEN_MAX &&
		    !holds(g.list, g.count, &said[k]))
			g.list[g.count++] = said[k];
	for (int k = 0; k < count; k++)
		if (IN6_IS_ADDR_V4MAPPED(&said[k])) {
			g.has_ipv4 = true;
			g.ipv4 = said[k];
		}
	*ret = g;
	return 0;
}
