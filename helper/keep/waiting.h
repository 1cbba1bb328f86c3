/* Instances that are attached, but have lost their port for a moment. */
#ifndef V6HOOK_WAITING_H
#define V6HOOK_WAITING_H

#include "known/context.h"
#include "known/locate.h"
#include "net/veths.h"

/* For people: what such a one waits for. */
#define WAITING_FOR "it has no port on this host: it keeps its address and waits for one"

/*
 * Whether an instance whose attach has failed is to wait for a port: it has none, or not the one
 * that it had. @before: its record, of one that is attached; @why: -errno of the failure
 */
bool waiting_must_begin(const struct attachment *before, const struct located *at, int why);

/*
 * Takes such an instance out of service, but leaves its lease and its record: as long as its
 * process lives it is attached again when a port comes. The container must be locked.
 * @at: located, up to its port; @why: and e, the failure: it is kept for list
 * Returns -ENOLINK if it waits from now on, -ENXIO if it does so already; why, if that is anything
 * but -ENXIO; or another -errno.
 */
int waiting_begin(struct context *c, const char *ident, const struct attachment *before,
		  const struct located *at, int why, struct error *e);

/*
 * Whether one that is attached has lost its port, or has it on another bridge by now.
 * @via: the interface that its record names as bridge, or null
 */
bool waiting_is_due(const struct attachment *a, const struct veths *veths, const struct link *via);

/* Whether there may be a port for one that waits; the same arguments. */
bool waiting_is_over(const struct attachment *a, const struct veths *veths, const struct link *via);

/*
 * The bridge on which alone a port will do, as nobody who decides about networks was asked: the
 * one it was on; or null. An LXC container of root's is where root has put it, but users have
 * bridges that they are allowed, and Docker's containers several networks.
 */
const char *waiting_place(const char *ident, const struct attachment *a);

#endif
