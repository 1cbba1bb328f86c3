/* detach: takes a container's address out of service, the proxy entry first. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/note.h"
#include "net/container.h"
#include "net/host.h"
#include "net/link.h"
#include "net/marked.h"
#include "net/netns.h"
#include "net/nl.h"
#include "net/port.h"
#include "ops/former.h"
#include "ops/held.h"
#include "ops/living.h"
#include "ops/verbs.h"

/* The ifindex of a name, or 0 if there is no such interface now. */
static int index_of(struct nl_sock *nl, const char *name)
{
	struct link link;

	return *name && link_by_name(nl, name, &link) == 0 ? link.ifindex : 0;
}

/* Whether that instance holds the attachment and is gone. */
static bool is_over(const struct attachment *a, const char *instance)
{
	return strcmp(a->instance, instance) == 0 && !living(a);
}

/* Removes address and route from the container, if the instance that has them runs still. */
static void clear_container(struct context *c, struct nl_sock *host, const struct attachment *a)
{
	_netns_ struct netns netns = NETNS_NONE;
	_nl_sock_ struct nl_sock *inner = NULL;
	struct port port;
	struct error error;
	int r;

	if (!living_open(a, &netns))
		return;
	r = netns_nl_open(&netns, &inner, &error);
	if (r == 0)
		r = port_find(host, inner, &netns, a->mac, &port, &error);
	if (r == 0)
		r = container_remove(inner, &c->config->gateway, port.inner, &error);
	/* it is cut off already: what is left in it harms nobody */
	if (r < 0)
		note(NOTE_DETAIL, "left in the container: %s", error.text);
}

/* Removes everything of the lease from the kernel. @a: null if unknown. Returns 0 or -errno. */
static int clear(struct context *c, const struct lease *lease, const struct attachment *a,
		 struct error *e)
{
	_nl_sock_ struct nl_sock *host = NULL;
	int r = nl_open(&host, e), uplink, bridge;

	if (r < 0)
		return r;
	uplink = a ? index_of(host, a->uplink) : 0;
	bridge = a ? index_of(host, a->bridge) : 0;
	/* nothing recorded, or an interface that has another name by now: look through all entries
	 */
	r = uplink && bridge ? host_remove(host, &lease->address, uplink, bridge, e)
			     : marked_remove_address(host, &lease->address, e);
	if (r == 0)
		r = former_leave(c, host, lease->ident, e);
	if (r == 0 && a && attachment_is_live(a, c->boot_id))
		clear_container(c, host, a);
	return r;
}

int op_detach(struct context *c, const struct request *q, struct listing *ret, struct error *e)
{
	struct lease_store *s = c->store;
	struct attachment a = { 0 };
	_held_ struct held h = HELD_NONE;
	struct error error;
	int r;

	*ret = (struct listing){ 0 };
	r = held_take(c, q, false, &h, e);
	if (r < 0)
		return r;
	if (!h.found) {
		note(NOTE_DETAIL, "%s holds no lease: nothing to detach", h.ident);
		/* why its start hook failed is kept for list: a hook follows it to the end */
		return q->hook ? 0 : s->ops->attach(s, h.ident, NULL, e);
	}
	if (q->release && h.lease.pinned)
		return error_set(e, STATUS_FAILED, -EBUSY, "it is pinned: v6hook unpin %s first",
				 h.ident);
	r = s->ops->attachment(s, h.ident, &a, e);
	if (r >= 0 && q->expected && (r == 0 || !attachment_same(&a, q->expected)))
		return -ESTALE;
	if (r >= 0 && q->instance && (r == 0 || !is_over(&a, q->instance)))
		return 0;
	/* a tear-down that comes late: another instance has been started meanwhile */
	if (r == 1 && q->hook && attachment_is_live(&a, c->boot_id) && living(&a))
		return 0;
	*ret = (struct listing){ .address = h.lease.address,
				 .has_address = true,
				 .changed = r == 1 && !a.ended };
	if (r >= 0)
		r = clear(c, &h.lease, r ? &a : NULL, e);
	if (r < 0)
		return r;
	r = q->release ? lease_free(s, &h.lease, e) : 0;
	if (q->release && r == 0)
		return s->ops->attach(s, h.ident, NULL, e);
	/* also when the lease could not be given up: it is detached all the same */
	if (!a.since || (a.ended && (!*a.error || q->hook)))
		return r;
	a.ended = true;
	a.since = time(NULL);
	*a.error = '\0';
	if (s->ops->attach(s, h.ident, &a, &error) < 0 && r == 0)
		note(NOTE_WARNING, "%s", error.text);
	return r;
}
