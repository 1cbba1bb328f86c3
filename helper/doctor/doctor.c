/*
 * Everything that can be wrong, looked for: the checks of one table, on one look at everything.
 *
 * Theory of operation: the checks go from the ground up, so that what a fault brings with it comes
 * after it. A check that hangs on another's is left out (skipped) where that one is not well, and
 * an interface on which all is lost is marked in the scene and passed over by those that follow. So
 * one fault is told once, by the check that names it.
 */
#include "doctor/doctor.h"

#include <string.h>

#include "doctor/checks.h"

/* One line a check. Names are a contract with those who read --json: they do not change. */
static const struct check {
	const char *name;
	void (*look)(struct exam *x);
	const char *after; /* the check without which this one makes no sense, or null */
} checks[] = {
	{ "kernel.capabilities", check_capabilities, NULL },
	{ "kernel.version", check_version, NULL },
	{ "kernel.ipv6", check_ipv6, NULL },
	{ "kernel.settings", check_proc, NULL },
	{ "config.file", check_config, NULL },
	{ "config.owner", check_config_owner, NULL },
	{ "config.paths", check_config_paths, "config.file" },
	{ "leases.store", check_store, NULL },
	{ "leases.space", check_store_space, "leases.store" },
	{ "uplink.up", check_uplink_up, "kernel.ipv6" },
	{ "uplink.port", check_uplink_master, "kernel.ipv6" },
	{ "uplink.mtu", check_uplink_mtu, "kernel.ipv6" },
	{ "uplink.ipv6", check_uplink_ipv6, "kernel.ipv6" },
	{ "uplink.discovery", check_uplink_discovery, "kernel.ipv6" },
	{ "uplink.carrier", check_uplink_carrier, "kernel.ipv6" },
	{ "uplink.found", check_uplink_found, "kernel.ipv6" },
	{ "uplink.duplicate", check_uplink_duplicate, "kernel.ipv6" },
	{ "uplink.link_local", check_uplink_link_local, "kernel.ipv6" },
	{ "uplink.range", check_range, "kernel.ipv6" },
	{ "settings.forwarding", check_forwarding, "kernel.ipv6" },
	{ "settings.proxy_ndp", check_proxying, "kernel.ipv6" },
	{ "settings.proxy_delay", check_delay, "kernel.ipv6" },
	{ "settings.proxy_qlen", check_queue, "kernel.ipv6" },
	{ "settings.accept_ra", check_accept_ra, "kernel.ipv6" },
	{ "settings.files", check_reset_files, "kernel.ipv6" },
	{ "settings.networkd", check_reset_networkd, NULL },
	{ "settings.network_manager", check_reset_manager, NULL },
	{ "bridge.up", check_bridge_up, "kernel.ipv6" },
	{ "bridge.ipv6", check_bridge_ipv6, "kernel.ipv6" },
	{ "bridge.gateway", check_bridge_gateway, "kernel.ipv6" },
	{ "bridge.mac", check_bridge_mac, NULL },
	{ "bridge.accept_ra", check_bridge_accept_ra, "kernel.ipv6" },
	{ "bridge.ports", check_bridge_ports, NULL },
	{ "bridge.blocked", check_bridge_blocked, NULL },
	{ "bridge.snooping", check_bridge_snooping, NULL },
	{ "route.default", check_route_default, "kernel.ipv6" },
	{ "route.way", check_route_way, "kernel.ipv6" },
	{ "route.router", check_router, "kernel.ipv6" },
	{ "firewall.solicitations", check_wall_solicitations, NULL },
	{ "firewall.early", check_wall_early, NULL },
	{ "firewall.forward", check_wall_forward, NULL },
	{ "firewall.legacy", check_wall_legacy, NULL },
	{ "firewall.bridged", check_wall_bridged, "firewall.forward" },
	{ "leases.damaged", check_lease_damaged, NULL },
	{ "leases.record", check_lease_record, NULL },
	{ "leases.process", check_lease_process, NULL },
	{ "leases.waiting", check_lease_waiting, NULL },
	{ "leases.duplicate", check_lease_duplicate, NULL },
	{ "leases.failed", check_lease_failed, NULL },
	{ "leases.pool", check_lease_pool, "uplink.range" },
	{ "leases.kernel", check_lease_kernel, "kernel.ipv6" },
	{ "leases.mac", check_lease_mac, "kernel.ipv6" },
	{ "leases.leftover", check_lease_leftover, "leases.store" },
	{ "leases.stray", check_lease_stray, "leases.store" },
	{ "leases.shared", check_lease_shared, "leases.store" },
	{ "guard.table", check_guard_table, "config.file" },
	{ "guard.ports", check_guard_ports, "guard.table" },
	{ "service.running", check_service, "leases.store" },
	{ "service.boot", check_service_boot, NULL },
	{ "service.socket", check_service_socket, "service.running" },
	{ "service.program", check_service_program, "service.running" },
	{ "engine.lxc", check_lxc, NULL },
	{ "engine.docker", check_docker, "config.file" },
	{ "engine.podman", check_podman, "config.file" },
	{ "engine.incus", check_incus, "config.file" },
	{ "limits.neighbours", check_limit_neighbours, NULL },
	{ "limits.routes", check_limit_routes, NULL },
	{ "clock", check_clock, NULL },
};

/* Whether a check can be done, as far as another goes: that is well. */
static bool can_be_done(const struct findings *f, const char *after)
{
	return !after || findings_worst(f, after) == FINDING_OK;
}

int doctor_examine(struct scene *s, struct findings *ret, struct error *e)
{
	struct exam x = { .scene = s, .found = ret };

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		x.check = checks[i].name;
		x.first = ret->count;
		if (can_be_done(ret, checks[i].after))
			checks[i].look(&x);
		else
			exam_tell(&x, FINDING_SKIPPED, "%s is to be mended first", checks[i].after);
		exam_end(&x);
	}
	return x.failed < 0 ? error_sys(e, x.failed, "cannot keep what was found") : 0;
}
