/* A container's way, within the container: that it runs, its address, its gateway. */
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "base/text.h"
#include "doctor/steps.h"
#include "net/address.h"
#include "net/echo.h"
#include "net/route.h"

void step_container(struct exam *x)
{
	const struct patient *p = x->patient;

	if (p->found == 0)
		return;
	exam_tell(x, FINDING_BROKEN, "%s", p->unfound.text);
	if (p->found == -ENODEV || p->found == -EBUSY)
		exam_remedy(x, "give %s a network of its own, on a bridge of this host", p->name);
	else
		exam_remedy(x, "start %s, and then: %s", p->name, p->attach);
}

void step_lease(struct exam *x)
{
	const struct patient *p = x->patient;
	const struct holder *h = p->holder;
	const struct attachment *last = h ? h->attachment : NULL;

	if (p->record && p->same)
		return;
	if (h && (h->unreadable || h->lost)) {
		exam_tell(x, FINDING_BROKEN, "nobody knows whether it is attached");
		exam_evidence(x, "%s/attached: its record cannot be read, or is lost",
			      x->scene->config->state_dir);
		exam_remedy(x, "v6hook reconcile");
		return;
	}
	if (last && last->waits)
		exam_tell(x, FINDING_BROKEN, "it has lost its port, and waits for one");
	else if (p->record && p->located < 0)
		exam_tell(x, FINDING_BROKEN, "%s", p->unlocated.text);
	else if (p->record)
		exam_tell(x, FINDING_BROKEN,
			  "it was started anew, and has not been attached since");
	else if (last && last->word != WORD_NONE)
		exam_tell(x, FINDING_BROKEN, "it was detached by hand");
	else
		exam_tell(x, FINDING_BROKEN, "it is not attached");
	if (last && *last->error)
		exam_evidence(x, "the last attach failed: %s", last->error);
	exam_remedy(x, "%s", x->patient->attach);
}

/* What is wrong with the interface itself, or null. */
static const char *trouble_of(const struct patient *p, const struct link *link,
			      const struct link *lo)
{
	if (!link->up)
		return "is down";
	if (link->conf.disable_ipv6 == 1)
		return "has no IPv6";
	if (lo->conf.disable_ipv6 == 1)
		return "has IPv6, but lo beside it has not";
	if (memcmp(link->mac, p->record->mac, sizeof(link->mac)) != 0)
		return "has another MAC than when it was attached";
	return NULL;
}

void step_interface(struct exam *x)
{
	const struct patient *p = x->patient;
	struct link link, lo;
	const char *trouble;
	int r = link_by_index(p->inner, p->port->inner, &link);

	if (r == 0)
		r = link_by_index(p->inner, LOOPBACK_IFINDEX, &lo);
	if (r < 0) {
		exam_tell(x, FINDING_UNKNOWN, "its interfaces cannot be read: %s", strerror(-r));
		return;
	}
	trouble = trouble_of(p, &link, &lo);
	if (!trouble)
		return;
	exam_tell(x, FINDING_BROKEN, "%s in the container %s", link.name, trouble);
	exam_evidence(x, "MAC %02x:%02x:%02x:%02x:%02x:%02x, disable_ipv6 = %d, of lo %d",
		      link.mac[0], link.mac[1], link.mac[2], link.mac[3], link.mac[4], link.mac[5],
		      link.conf.disable_ipv6, lo.conf.disable_ipv6);
	exam_remedy(x, "%s", p->attach);
}

void step_address(struct exam *x)
{
	const struct patient *p = x->patient;
	const struct in6_addr *address = &p->holder->address;
	char text[INET6_ADDRSTRLEN];
	struct address a = { .flags = 0 };
	int r = address_get(p->inner, address, p->port->inner, &a);

	/* with the one on lo it is reached all the same: net/container.c */
	if (r == 0)
		r = address_get(p->inner, address, LOOPBACK_IFINDEX, &a);
	if (r < 0) {
		exam_tell(x, FINDING_UNKNOWN, "its addresses cannot be read: %s", strerror(-r));
		return;
	}
	if (r == 1 && !(a.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)))
		return;
	exam_tell(x, FINDING_BROKEN, "%s",
		  r == 0		      ? "the container has lost its address"
		  : a.flags & IFA_F_DADFAILED ? "another on its bridge has the container's address"
					      : "the container may not use its address yet");
	exam_evidence(x, "ip -6 addr, in the container: %s%s", r == 0 ? "no " : "",
		      text_address(address, text));
	exam_remedy(x, "%s", p->attach);
}

/* The route by which what the container sends leaves it. Returns as route_out. */
static int way_out_of(const struct patient *p, struct route *ret)
{
	return route_out(p->inner, &p->holder->address, 0, ret);
}

void step_default(struct exam *x)
{
	const struct patient *p = x->patient;
	struct route route = { 0 };
	int r = way_out_of(p, &route);

	if (r < 0 && r != -ENETUNREACH) {
		exam_tell(x, FINDING_UNKNOWN, "its routes cannot be read: %s", strerror(-r));
		return;
	}
	if (r == 0 && route.ifindex == p->port->inner && route.has_gateway)
		return;
	exam_tell(x, FINDING_BROKEN, "the container's default route %s",
		  r < 0 ? "is gone" : "leads elsewhere");
	exam_evidence(x, "ip -6 route get 2000::, in the container: %s",
		      r < 0		  ? strerror(-r)
		      : route.has_gateway ? "by another interface"
					  : "without a gateway");
	exam_remedy(x, "%s", p->attach);
}

void step_gateway(struct exam *x)
{
	const struct patient *p = x->patient;
	struct echo echo = { .ifindex = p->port->inner,
			     .source = p->holder->address,
			     .hops = 255,
			     .times = 2,
			     .every_ms = 500,
			     .mac = p->port->mac };
	char text[INET6_ADDRSTRLEN];
	struct route route;
	struct error e;
	int r = way_out_of(p, &route);

	if (r < 0 || !route.has_gateway)
		return;
	echo.to = route.gateway;
	if (echo_ask_within(p->netns, &echo, NULL, &e) == 1)
		return;
	/* who forwards says where hops end, whatever it lets in for itself */
	echo.to = echo_world;
	echo.hops = 1;
	echo.mac = NULL;
	r = echo_ask_within(p->netns, &echo, NULL, &e);
	text_address(&route.gateway, text);
	exam_tell(x, r == 1 ? FINDING_WARNING : FINDING_BROKEN, "the gateway %s %s", text,
		  r == 1 ? "forwards, but answers no question for its MAC: the container has it by "
			   "heart alone"
			 : "does not answer the container");
	exam_evidence(x, "%s",
		      r < 0 ? e.text : "echo requests and solicitations, sent from its address");
	exam_remedy(x, "nft list ruleset # what drops ICMPv6 that comes in by %s, or leaves there?",
		    p->port->via_name);
}
