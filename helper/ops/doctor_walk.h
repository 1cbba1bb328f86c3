/* One container's way, as the doctor goes it. */
#ifndef V6HOOK_DOCTOR_WALK_H
#define V6HOOK_DOCTOR_WALK_H

#include "doctor/finding.h"
#include "doctor/scene.h"
#include "known/context.h"
#include "known/request.h"

/*
 * Finds the container that the request names, and goes its way.
 * @heard: the uplink is listened on afterwards
 * @s: of everything; it becomes one of this container alone
 * @ret_served: its address, if it is attached and its way was gone
 * Returns 1 if it is set, 0, or -errno: STATUS_USAGE, or STATUS_NO_CONTAINER if nobody knows it.
 */
int doctor_walk(struct context *c, const struct request *q, bool heard, struct scene *s,
		struct findings *ret, struct in6_addr *ret_served, struct error *e);

#endif
