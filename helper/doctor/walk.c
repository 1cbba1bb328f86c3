/*
 * A container's whole way to the router and back, step by step: where it ends.
 *
 * Theory of operation: the steps go with a packet, and what a fault brings with it comes after it:
 * an interface that is down has lost its addresses, a bridge its routes, an uplink its proxy
 * entries. Many are the checks of the host, on a scene that has this one container. Two steps send
 * something: the gateway must answer, which takes all that lies before it, both ways; and so must
 * the router. The first step that is broken is the end: beyond it nothing is looked at, as it would
 * show no more than that.
 */
#include "doctor/walk.h"

#include "doctor/checks.h"
#include "doctor/steps.h"

#define LOOKS_MOST 9

/* One line a step. Names are a contract with those who read --json: they do not change. */
static const struct step {
	const char *name;
	const char *well; /* what is so if nothing is told */
	void (*looks[LOOKS_MOST])(struct exam *x);
} steps[] = {
	{ "way.container", "it runs", { step_container } },
	{ "way.lease", "it has an address, and is attached", { step_lease } },
	{ "way.interface", "its interface is up, with IPv6", { step_interface } },
	{ "way.address", "its interface has the address", { step_address } },
	{ "way.default", "its default route leads to the gateway", { step_default } },
	{ "way.port",
	  "its port is on the bridge, which has the gateway's address",
	  { step_port, check_bridge_up, check_bridge_ipv6, check_bridge_gateway } },
	{ "way.route", "the host's route to the address leads to the bridge", { step_route } },
	{ "way.neighbour", "the host has its MAC", { step_neighbour } },
	{ "way.guard", "it is guarded as is configured", { check_guard_table, check_guard_ports } },
	{ "way.gateway", "the gateway answers the container", { step_gateway } },
	{ "way.uplink",
	  "the uplink is up, and has a carrier",
	  { check_uplink_up, check_uplink_master, check_uplink_mtu, check_uplink_ipv6,
	    check_uplink_discovery, check_uplink_carrier, check_uplink_found, check_range,
	    step_pool } },
	{ "way.forwarding", "the host forwards", { check_forwarding } },
	{ "way.out",
	  "what it sends leaves by the uplink",
	  { check_route_default, check_route_way } },
	{ "way.firewall",
	  "no other firewall drops what comes to it",
	  { check_wall_early, check_wall_forward } },
	{ "way.proxy",
	  "the uplink answers for it",
	  { check_proxying, check_wall_solicitations, step_proxy } },
	{ "way.router", "the router answers the container", { check_router, step_router } },
};

/* Does what belongs to a step, until something is broken. */
static void look(const struct step *step, struct exam *x)
{
	for (size_t i = 0; i < LOOKS_MOST && step->looks[i]; i++) {
		step->looks[i](x);
		if (findings_worst(x->found, step->name) == FINDING_BROKEN)
			return;
	}
	if (x->found->count == x->first)
		exam_tell(x, FINDING_OK, "%s", step->well);
}

int walk_examine(const struct patient *p, struct scene *s, struct findings *ret, struct error *e)
{
	struct exam x = { .scene = s, .patient = p, .found = ret };
	const char *end = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		x.check = steps[i].name;
		x.first = ret->count;
		if (end)
			exam_tell(&x, FINDING_SKIPPED, "%s is to be mended first", end);
		else
			look(&steps[i], &x);
		exam_end(&x);
		if (!end && findings_worst(ret, x.check) == FINDING_BROKEN)
			end = x.check;
	}
	return x.failed < 0 ? error_sys(e, x.failed, "cannot keep what was found") : 0;
}
