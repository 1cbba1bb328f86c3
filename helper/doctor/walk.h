/* A container's whole way to the router and back, step by step: where it ends. */
#ifndef V6HOOK_WALK_H
#define V6HOOK_WALK_H

#include "doctor/finding.h"
#include "doctor/patient.h"

/*
 * Goes the way until it ends: what lies beyond is skipped. Sends a few packets to the gateway and
 * the router in the container's name, and waits for their answers, some seconds at most.
 * @s: of this container alone
 * Returns 0 with a finding for each step, or -ENOMEM.
 */
int walk_examine(const struct patient *p, struct scene *s, struct findings *ret, struct error *e);

#endif
