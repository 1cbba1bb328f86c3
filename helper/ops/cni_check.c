/*
 * CNI's CHECK: whether an attachment is as prevResult says, and reached as far as is known.
 *
 * Theory of operation: that it is this container's is said by its record, what it had is said by
 * prevResult; what the kernel has of it, and what would keep packets away, is told as list tells
 * it, and its inside as the service looks at it. All of that is there when ADD returns: nothing has
 * to be waited for. Routes that a later plugin has made are its own affair, as long as one leads
 * out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net/port.h"
#include "net/route.h"
#include "ops/cni.h"
#include "known/living.h"
#include "wire/nl.h"

/* What list tells of one. */
struct found {
	const char *ident;
	bool any;
	struct listing listing;
};

static int on_listing(const struct listing *l, void *arg)
{
	char ident[IDENT_TEXT_MAX];
	struct found *f = arg;

	if (strcmp(ident_text(&l->ident, ident), f->ident) != 0)
		return 0;
	f->listing = *l;
	f->any = true;
	return 1;
}

/* Whether prevResult names the address. */
static bool is_expected(const struct cni_conf *conf, const struct in6_addr *address)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(conf->previous, "ips"), i, one) {
		const char *text = json_text(one, "address");
		char buffer[INET6_ADDRSTRLEN];
		struct in6_addr said;

		snprintf(buffer, sizeof(buffer), "%.*s", (int)strcspn(text, "/"), text);
		if (inet_pton(AF_INET6, buffer, &said) == 1 && IN6_ARE_ADDR_EQUAL(&said, address))
			return true;
	}
	return false;
}

/* The interface of that name in the container, as prevResult tells of it; or null. */
static const json_t *expected_interface(const struct cni_conf *conf, const char *ifname)
{
	const json_t *one;
	size_t i;

	json_array_foreach (json_object_get(conf->previous, "interfaces"), i, one) {
		const char *name = json_text(one, "name"), *sandbox = json_text(one, "sandbox");

		if (name && sandbox && *sandbox && strcmp(name, ifname) == 0)
			return one;
	}
	return NULL;
}

/* Fails with what is wrong. Returns -EIO. */
static int differs(struct error *e, const char *what)
{
	return error_set(e, STATUS_FAILED, -EIO, "%s", what);
}

/* Looks at the inside. Returns 0 or -errno. */
static int check_inside(const struct cni_call *call, const struct cni_conf *conf,
			const struct attachment *a, const struct netns *netns, struct error *e)
{
	_nl_sock_ struct nl_sock *host = NULL, *inner = NULL;
	const json_t *said = expected_interface(conf, call->ifname);
	const char *said_mac = said ? json_text(said, "mac") : NULL;
	struct address address;
	struct link link;
	struct port port;
	char mac[18];
	int r = nl_open(&host, e);

	if (r == 0)
		r = netns_nl_open(netns, &inner, e);
	if (r < 0)
		return r;
	if (link_by_name(inner, call->ifname, &link) < 0)
		return error_set(e, STATUS_FAILED, -EIO, "the container has no interface %s",
				 call->ifname);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", link.mac[0], link.mac[1],
		 link.mac[2], link.mac[3], link.mac[4], link.mac[5]);
	if (said_mac && strcasecmp(said_mac, mac) != 0)
		return error_set(e, STATUS_FAILED, -EIO, "%s has the MAC %s, not %.40s",
				 call->ifname, mac, said_mac);
	if (memcmp(link.mac, a->mac, sizeof(link.mac)) != 0)
		return error_set(e, STATUS_FAILED, -EIO,
				 "%s has another MAC (%s) than when it was attached: let v6hook be "
				 "the last plugin",
				 call->ifname, mac);
	r = port_find(host, inner, netns, a->mac, &port, e);
	if (r < 0)
		return r;
	if (strcmp(port.via_name, a->bridge) != 0 ||
	    (conf->bridge && strcmp(port.via_name, conf->bridge) != 0))
		return error_set(e, STATUS_FAILED, -EIO, "its port is on %s, not on %s",
				 port.via_name, conf->bridge ? conf->bridge : a->bridge);
	if (!link.up)
		return error_set(e, STATUS_FAILED, -EIO, "%s is down", call->ifname);
	if (address_get(inner, &a->address, port.inner, &address) != 1)
		return error_set(e, STATUS_FAILED, -EIO, "%s has lost the address", call->ifname);
	if (route_has_default(inner, port.inner) != 1)
		return error_set(e, STATUS_FAILED, -EIO, "no default route leads out by %s",
				 call->ifname);
	return 0;
}

int op_cni_check(struct context *c, const struct cni_call *call, const struct cni_conf *conf,
		 struct error *e)
{
	_netns_ struct netns netns = NETNS_NONE, given = NETNS_NONE;
	char ident[IDENT_TEXT_MAX];
	struct found found = { .ident = cni_ident(call->name, ident) };
	struct attachment a;
	int r = c->store->ops->attachment(c->store, ident, &a, e);

	if (r < 0 && r != -EBADMSG)
		return r;
	if (r == -EBADMSG)
		return error_prefix(e, -EIO, "its record");
	if (r == 0 || strcmp(a.instance, call->instance) != 0 ||
	    !attachment_is_live(&a, c->boot_id))
		return differs(e, "it is not attached");
	if (a.waits || !a.has_address)
		return differs(e, "it has lost its port");
	r = living_open(&a, &netns, e);
	if (r < 0)
		return r;
	if (r == 0)
		return differs(e, "its network namespace is gone");
	r = call->pid ? netns_pin_pid(call->pid, &given, e)
		      : netns_pin_file(call->netns, &given, e);
	if (r < 0)
		return r;
	if (given.dev != netns.dev || given.inode != netns.inode)
		return differs(e, "it is attached in another network namespace than CNI_NETNS");
	if (!is_expected(conf, &a.address)) {
		char text[INET6_ADDRSTRLEN];

		inet_ntop(AF_INET6, &a.address, text, sizeof(text));
		return error_set(e, STATUS_FAILED, -EIO,
				 "it has %s, of which prevResult does not tell", text);
	}
	r = check_inside(call, conf, &a, &netns, e);
	if (r == 0)
		r = op_list(c, on_listing, &found, e);
	if (r < 0)
		return r;
	if (!found.any)
		return differs(e, "it has lost its lease: v6hook reconcile");
	if (found.listing.state != LIST_ATTACHED)
		return differs(e, *found.listing.error ? found.listing.error : "it is detached");
	return *found.listing.warning ? differs(e, found.listing.warning) : 0;
}
