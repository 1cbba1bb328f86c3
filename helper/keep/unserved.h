/* Containers that run, are to have an address, and have never been attached. */
#ifndef V6HOOK_UNSERVED_H
#define V6HOOK_UNSERVED_H

#include "known/context.h"
#include "runtime/runtime.h"

enum {
	UNSERVED_NONE,	   /* it is served, or need not be */
	UNSERVED_NEW,	   /* nothing is recorded of it, */
	UNSERVED_RECORDED, /* or only of an instance that has ended */
};

/*
 * Whether a running container of LXC includes a file of v6hook's, and this instance of it was
 * neither attached nor detached: its hook found no configuration, or no service to ask.
 * @ret: the record of a former instance. Returns one of the above.
 */
int unserved_ask(struct context *c, const struct instance *running, struct attachment *ret);

#endif
