/* Every check: one function each, in the file of its subject. The table is in doctor.c. */
#ifndef V6HOOK_CHECKS_H
#define V6HOOK_CHECKS_H

#include "doctor/exam.h"

/*
 * Each looks at one thing that can be wrong and tells what is (exam_tell), once for each interface
 * or lease concerned; or tells nothing. It changes nothing,
 * sends nothing, and waits for nobody but an engine.
 */

/* kernel.c */
void check_capabilities(struct exam *x);
void check_version(struct exam *x);
void check_ipv6(struct exam *x);
void check_proc(struct exam *x);

/* configured.c */
void check_config(struct exam *x);
void check_config_owner(struct exam *x);
void check_config_paths(struct exam *x);

/* uplinks.c */
void check_uplink_up(struct exam *x);
void check_uplink_master(struct exam *x);
void check_uplink_mtu(struct exam *x);
void check_uplink_ipv6(struct exam *x);
void check_uplink_discovery(struct exam *x);
void check_uplink_carrier(struct exam *x);
void check_uplink_found(struct exam *x);
void check_uplink_duplicate(struct exam *x);
void check_uplink_link_local(struct exam *x);
void check_range(struct exam *x);

/* routes.c */
void check_route_default(struct exam *x);
void check_route_way(struct exam *x);
void check_router(struct exam *x);

/* settings.c */
void check_forwarding(struct exam *x);
void check_proxying(struct exam *x);
void check_delay(struct exam *x);
void check_queue(struct exam *x);
void check_accept_ra(struct exam *x);

/* resets.c */
void check_reset_files(struct exam *x);
void check_reset_networkd(struct exam *x);
void check_reset_manager(struct exam *x);

/* bridges.c */
void check_bridge_up(struct exam *x);
void check_bridge_ipv6(struct exam *x);
void check_bridge_gateway(struct exam *x);
void check_bridge_mac(struct exam *x);
void check_bridge_accept_ra(struct exam *x);
void check_bridge_ports(struct exam *x);
void check_bridge_blocked(struct exam *x);
void check_bridge_snooping(struct exam *x);

/* walls.c */
void check_wall_early(struct exam *x);
void check_wall_forward(struct exam *x);
void check_wall_solicitations(struct exam *x);
void check_wall_legacy(struct exam *x);
void check_wall_bridged(struct exam *x);

/* guards.c */
void check_guard_table(struct exam *x);
void check_guard_ports(struct exam *x);

/* service.c */
void check_service(struct exam *x);
void check_service_boot(struct exam *x);
void check_service_socket(struct exam *x);
void check_service_program(struct exam *x);

/* engines.c */
void check_lxc(struct exam *x);
void check_docker(struct exam *x);
void check_podman(struct exam *x);
void check_incus(struct exam *x);

/* leases.c */
void check_store(struct exam *x);
void check_store_space(struct exam *x);
void check_lease_damaged(struct exam *x);
void check_lease_record(struct exam *x);
void check_lease_process(struct exam *x);
void check_lease_waiting(struct exam *x);
void check_lease_duplicate(struct exam *x);
void check_lease_failed(struct exam *x);
void check_lease_kernel(struct exam *x);
void check_lease_mac(struct exam *x);
void check_lease_pool(struct exam *x);
void check_lease_leftover(struct exam *x);
void check_lease_stray(struct exam *x);

/* shared.c */
void check_lease_shared(struct exam *x);

/* limits.c */
void check_limit_neighbours(struct exam *x);
void check_limit_routes(struct exam *x);
void check_clock(struct exam *x);

#endif
