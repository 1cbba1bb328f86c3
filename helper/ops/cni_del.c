/* CNI's DEL: an attachment is over, and the veth of our making with it. */
#include <stdio.h>
#include <string.h>

#include "keep/withdraw.h"
#include "known/trace.h"
#include "net/veth.h"
#include "ops/cni_end.h"
#include "wire/nl.h"

/* Whether neither a lease nor a record is there for the name: it never was, or all was lost. */
static bool is_unknown(struct lease_store *s, const char *ident)
{
	struct attachment ignored_record;
	struct lease ignored_lease;
	struct error ignored;

	return s->ops->attachment(s, ident, &ignored_record, &ignored) == 0 &&
	       s->ops->present(s, ident, &ignored_lease, &ignored) == 0;
}

/* Finds the address that the kernel has for the port, and no lease. Returns whether there is one.
 */
static bool find_lost(const struct context *c, const struct cni_call *call, struct nl_sock *host,
		      struct in6_addr *ret)
{
	_netns_ struct netns netns = NETNS_NONE;
	_nl_sock_ struct nl_sock *inner = NULL;
	struct error ignored;
	struct link link;
	struct port port;
	int r = call->pid ? netns_pin_pid(call->pid, &netns, &ignored)
			  : netns_pin_file(call->netns, &netns, &ignored);

	return r == 0 && netns_nl_open(&netns, &inner, &ignored) == 0 &&
	       link_by_name(inner, call->ifname, &link) == 0 &&
	       port_find(host, inner, &netns, link.mac, &port, &ignored) == 0 &&
	       memcmp(port.mac, link.mac, sizeof(link.mac)) == 0 &&
	       trace_find(c, host, inner, &port, ret);
}

/* Takes that out of service: soon it leads nowhere. Returns 0 or -errno. */
static int end_lost(struct context *c, const struct cni_call *call, const char *ident,
		    struct nl_sock *host, struct error *e)
{
	struct lease_store *s = c->store;
	struct lease lease = { .freed = false };
	_close_ int lock = -1;
	int r = s->ops->lock(s, LOCK_CONTAINER, ident, false, CONTEXT_WAIT_MS, &lock, e);

	if (r < 0 || !find_lost(c, call, host, &lease.address))
		return r;
	snprintf(lease.ident, sizeof(lease.ident), "%s", ident);
	return withdraw_address(c, &lease, NULL, e);
}

int op_cni_del(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
	       struct error *e)
{
	const struct cni_ending what = {
		.name = call->name,
		.instance = call->instance,
		.release = cni_gives_up(conf, call->name, call->instance),
	};
	_nl_sock_ struct nl_sock *host = NULL;
	char veth[CNI_VETH_MAX], ident[IDENT_TEXT_MAX];
	const bool lost =
		(call->pid || call->netns) && is_unknown(c->store, cni_ident(call->name, ident));
	struct error why;
	int r = cni_end(c, &what, e), made;

	if (!conf->bridge && !lost)
		return r;
	made = nl_open(&host, &why);
	if (made == 0 && lost)
		made = end_lost(c, call, ident, host, &why);
	if (made == 0 && conf->bridge) {
		made = veth_remove(host, cni_veth_name(conf->full_network, call->container,
						       call->ifname, veth));
		if (made < 0)
			error_sys(&why, made, "cannot remove %s", veth);
	}
	if (r == 0 && made < 0) {
		*e = why;
		r = made;
	}
	return r;
}
