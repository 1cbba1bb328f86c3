/* The steps of a container's way that are no check of the host's. The table is in walk.c. */
#ifndef V6HOOK_STEPS_H
#define V6HOOK_STEPS_H

#include "doctor/exam.h"
#include "doctor/patient.h"

/*
 * Each tells what is broken there, or nothing; x->patient is the container. Where a step is done,
 * those before it have found nothing.
 */

/* inside.c: in the container */
void step_container(struct exam *x);
void step_lease(struct exam *x);
void step_interface(struct exam *x);
void step_address(struct exam *x);
void step_default(struct exam *x);
void step_gateway(struct exam *x);

/* outside.c: on the host */
void step_port(struct exam *x);
void step_route(struct exam *x);
void step_neighbour(struct exam *x);
void step_pool(struct exam *x);
void step_proxy(struct exam *x);
void step_router(struct exam *x);

#endif
