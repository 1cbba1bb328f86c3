/*
 * Instances that are attached, but have lost their port for a moment.
 *
 * Theory of operation: `podman network reload`, `docker network disconnect` and `connect`, and
 * scripts of people's take a port away and make another one. That is not the container's end, but
 * nothing may answer for it meanwhile. So it leaves the kernel, and its record stays that of one
 * that is attached, so that nobody is given its lease. A port that comes is a new link: the record
 * holds the number by which the host knows the container's namespace, and of the links that lead
 * there the newest that would not do, so that one dump of all links tells whether to try again.
 */
#include "keep/waiting.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "keep/withdraw.h"
#include "runtime/engines.h"

/* Whether it is a link to the namespace, and not one that is being made still. */
static bool leads_to(const struct link *l, int nsid)
{
	return l->peer_nsid == nsid && strcmp(l->kind, "veth") == 0 && (l->up || l->master);
}

/* The newest of the links that lead to a namespace. */
struct newest {
	int nsid;
	int ifindex; /* 0: there is none */
};

static int on_veth(const struct link *link, void *arg)
{
	struct newest *n = arg;

	if (leads_to(link, n->nsid) && link->ifindex > n->ifindex)
		n->ifindex = link->ifindex;
	return 0;
}

bool waiting_must_begin(const struct attachment *before, const struct located *at, int why)
{
	struct link port;

	return why == -ENXIO || before->waits ||
	       (before->port && at->host &&
		link_by_index(at->host, before->port, &port) == -ENODEV);
}

int waiting_begin(struct context *c, const char *ident, const struct attachment *before,
		  const struct located *at, int why, struct error *e)
{
	struct lease_store *s = c->store;
	struct attachment now = *before;
	struct newest newest = { .ifindex = 0 };
	struct lease lease;
	struct error failed;
	int r = link_nsid(at->host, at->netns.fd, &newest.nsid);

	if (r == 0)
		r = link_each_veth(at->host, on_veth, &newest);
	if (r < 0)
		return error_sys(e, r, "cannot look for the container's port");
	if (!before->waits) {
		r = s->ops->find(s, ident, &lease, &failed);
		if (r == 1)
			r = withdraw_address(c, &lease, before, &failed);
	}
	if (r < 0) {
		*e = failed;
		return r;
	}
	now.waits = true;
	now.nsid = newest.nsid;
	now.port = newest.ifindex;
	*now.error = '\0';
	/* it is tried again, but not at once */
	if (why != -ENXIO)
		text_escape(e->text, now.error, sizeof(now.error));
	if (!before->waits || *now.error)
		now.since = time(NULL);
	if (!before->waits || before->nsid != now.nsid || before->port != now.port ||
	    strcmp(before->error, now.error) != 0 || before->since != now.since)
		r = withdraw_record(c, ident, &now, &failed);
	if (r < 0) {
		*e = failed;
		return r;
	}
	if (why != -ENXIO)
		return why;
	return error_set(e, STATUS_FAILED, before->waits ? -ENXIO : -ENOLINK, WAITING_FOR);
}

bool waiting_is_due(const struct attachment *a, const struct veths *veths, const struct link *via)
{
	const struct link *port = veths_at(veths, a->port);

	if (!a->port || !port)
		return a->port;
	return via && port->master && port->master != via->ifindex && port->ifindex != via->ifindex;
}

bool waiting_is_over(const struct attachment *a, const struct veths *veths, const struct link *via)
{
	for (size_t i = 0; i < veths->count; i++) {
		const struct link *l = &veths->list[i];

		if (leads_to(l, a->nsid) &&
		    (l->ifindex > a->port || (via && l->master == via->ifindex)))
			return true;
	}
	return false;
}

const char *waiting_place(const char *ident, const struct attachment *a)
{
	const struct runtime *runtime;
	struct ident id;

	if (ident_from_text(ident, &id) < 0)
		return a->bridge;
	runtime = runtime_by_name(id.runtime);
	return id.owner || !runtime || runtime->tells || !runtime->find ? a->bridge : NULL;
}
