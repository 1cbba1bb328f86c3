/*
 * CNI's ADD: an attach of the interface that is named, which a plugin before this one has made, or
 * which is made here.
 */
#include <errno.h>
#include <string.h>

#include "net/veth.h"
#include "ops/cni.h"
#include "known/living.h"
#include "wire/nl.h"

/* What it works with. */
struct adding {
	struct netns netns;
	struct nl_sock *host, *inner;
	char veth[CNI_VETH_MAX]; /* of our making, or "" */
};

static void adding_release(struct adding *a)
{
	cleanup_nl_sock(&a->host);
	cleanup_nl_sock(&a->inner);
	netns_release(&a->netns);
}

/*
 * A pod's newest instance has its name, as its cluster has made it; of other names nobody takes the
 * address of one that lives. Returns 0 or -EBUSY.
 */
static int check_name(struct context *c, const struct cni_call *call, const char *ident,
		      struct error *e)
{
	struct attachment a;
	struct error ignored;

	if (strchr(call->name, ':') ||
	    c->store->ops->attachment(c->store, ident, &a, &ignored) != 1 ||
	    !attachment_is_live(&a, c->boot_id) || strcmp(a.instance, call->instance) == 0 ||
	    living_ask(&a, &ignored) != 1)
		return 0;
	return error_set(e, STATUS_FAILED, -EBUSY,
			 "another container of that name is attached, by the ID %s: if it is gone, "
			 "v6hook detach %s",
			 *a.instance ? a.instance : "?", ident);
}

/* Makes the veth. Returns 0 or -errno. */
static int make_veth(struct adding *a, const struct cni_call *call, const struct cni_conf *conf,
		     struct cni_added *ret, struct error *e)
{
	struct veth_wish wish = {
		.inner = call->ifname,
		.netns = a->netns.fd,
		.mtu = conf->mtu,
	};
	char outer[CNI_VETH_MAX];
	int r = link_by_name(a->host, conf->bridge, &ret->bridge);

	if (r < 0 || strcmp(ret->bridge.kind, "bridge") != 0)
		return error_set(e, STATUS_FAILED, -ENODEV, "\"bridge\": there is no bridge %s",
				 conf->bridge);
	wish.bridge = ret->bridge.ifindex;
	wish.outer = cni_veth_name(conf->full_network, call->container, call->ifname, outer);
	r = veth_make(a->host, &wish);
	if (r == -EEXIST)
		return error_set(e, STATUS_FAILED, r,
				 "the container has an interface %s already, or the host a %s",
				 call->ifname, outer);
	if (r < 0)
		return error_sys(e, r, "cannot make a veth on %s", conf->bridge);
	memcpy(a->veth, outer, sizeof(outer));
	r = link_by_name(a->host, outer, &ret->outer);
	/* a new port may have changed its MTU */
	if (r == 0)
		r = link_by_name(a->host, conf->bridge, &ret->bridge);
	ret->own = true;
	return r < 0 ? error_sys(e, r, "cannot look at %s", outer) : 0;
}

/* Pins the namespace, and finds the interface in it. Returns 0 or -errno. */
static int find_interface(struct adding *a, const struct cni_call *call,
			  const struct cni_conf *conf, struct cni_added *ret, struct error *e)
{
	int r = call->pid ? netns_pin_pid(call->pid, &a->netns, e)
			  : netns_pin_file(call->netns, &a->netns, e);

	if (r == 0)
		r = nl_open(&a->host, e);
	if (r == 0)
		r = netns_nl_open(&a->netns, &a->inner, e);
	if (r == 0 && conf->bridge)
		r = make_veth(a, call, conf, ret, e);
	if (r < 0)
		return r;
	r = link_by_name(a->inner, call->ifname, &ret->inner);
	if (r == -ENODEV)
		return error_set(e, STATUS_FAILED, r, "the container has no interface %s",
				 call->ifname);
	return r < 0 ? error_sys(e, r, "cannot look at the container's %s", call->ifname) : 0;
}

/* Whether it got what it was to ask for. Returns 0, or -EADDRINUSE when it is detached again. */
static int check_address(struct context *c, const struct cni_call *call,
			 const struct cni_conf *conf, const struct listing *l, struct error *e)
{
	struct error ignored;

	if (!*l->unheard)
		return 0;
	op_cni_del(c, call, conf, &ignored);
	return error_set(e, STATUS_IN_USE, -EADDRINUSE, "it cannot have what \"ips\" asks for: %s",
			 l->unheard);
}

int op_cni_add(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
	       struct cni_added *ret, struct error *e)
{
	CLEANUP(adding_release) struct adding a = { .netns = NETNS_NONE };
	struct cni_added added = { .own = false };
	char ident[IDENT_TEXT_MAX];
	struct request q = {
		.container = cni_ident(call->name, ident),
		.pid = call->pid,
		.netns = call->pid ? NULL : call->netns,
		.mac = added.inner.mac,
		/* another range is another plugin's */
		.label = conf->has_address && pools_find(c->pools, &conf->address, e)
				 ? &conf->address
				 : NULL,
		.given = conf->given,
		.given_count = conf->given_count,
		.expose = &conf->expose,
		.published = &conf->published,
		.instance = call->instance,
		.network = conf->network,
	};
	int r = check_name(c, call, ident, e);

	if (r == 0)
		r = find_interface(&a, call, conf, &added, e);
	c->store->network = conf->network;
	if (r == 0)
		r = op_attach(c, &q, &added.listing, e);
	if (r == 0)
		r = check_address(c, call, conf, &added.listing, e);
	if (r < 0 && *a.veth)
		veth_remove(a.host, a.veth);
	if (r == 0)
		*ret = added;
	return r;
}
