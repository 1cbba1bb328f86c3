/* What an attach leaves where the container was before: other links, another port, another address.
 */
#include "policy/moved.h"

#include <string.h>

#include "base/note.h"
#include "keep/former.h"
#include "keep/guarded.h"
#include "net/address.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/route.h"

void moved_links(const struct attaching *a, const struct attachment *now)
{
	const struct in6_addr *address = &a->choice.lease.address;
	const struct attachment *old = &a->before;
	struct link link;

	if (strcmp(old->uplink, now->uplink) != 0 &&
	    link_by_name(a->at.host, old->uplink, &link) == 0)
		proxy_remove(a->at.host, address, link.ifindex);
	if (strcmp(old->bridge, now->bridge) != 0 &&
	    link_by_name(a->at.host, old->bridge, &link) == 0)
		neigh_remove(a->at.host, address, link.ifindex);
	/* the host has answered for it there, if it was on-link */
	if (strcmp(old->bridge, now->bridge) != 0 && strcmp(now->bridge, now->uplink) != 0)
		proxy_remove(a->at.host, address, a->at.port.via);
}

void moved_port(const struct attaching *a, const struct attachment *now)
{
	const struct in6_addr *gateway = &a->c->config->gateway;
	struct link old;
	bool ignored;

	if (link_by_index(a->at.host, a->before.port, &old) == 0 && old.peer > 0 &&
	    old.peer_nsid == a->at.port.nsid && old.peer != a->at.port.inner &&
	    (route_default(a->at.inner, gateway, old.peer, false, &ignored) < 0 ||
	     neigh_remove(a->at.inner, gateway, old.peer) < 0 ||
	     address_remove(a->at.inner, &now->address, old.peer) < 0))
		note(NOTE_DETAIL, "something is left at its former port");
	if (a->guarded)
		guarded_end(a->c, a->ident, &now->address, now);
}

void moved_address(const struct attaching *a)
{
	const struct in6_addr *address = &a->choice.lease.address;
	struct error error;
	int r = -1, inner = -1;

	/* there is no way back from here: a failure that may have been a passing one is tried again
	 */
	for (int tries = 0; tries < 2 && (r < 0 || inner < 0); tries++) {
		/* also what a run that was killed left in the container */
		inner = address_remove_marked(a->at.inner, a->at.port.inner, address);
		r = tries == 0 && a->choice.moved
			    ? former_give_up(a->c, a->at.host, &a->choice.left, &error)
			    : 0;
		if (r == 0 || tries)
			r = former_leave(a->c, a->at.host, a->ident, &error);
	}
	if (inner < 0)
		note(NOTE_WARNING, "cannot remove a former address from the container");
	if (r < 0)
		note(NOTE_WARNING, "cannot give the former address up: %s", error.text);
}
