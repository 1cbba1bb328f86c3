/* How those who may not change the network have the service do it. */
#ifndef V6HOOK_ASK_SERVICE_H
#define V6HOOK_ASK_SERVICE_H

#include <stdbool.h>

#include "ops/verbs.h"

/*
 * Asks the service on its socket to attach or detach the container of the request, and waits for
 * the answer, ASK_WAIT_S seconds at most.
 * @why: why it is not done here, as a message; becomes part of the one that says that there is no
 * service. @ret: who it is, and the address if there is one
 * Returns 0, or -errno with a message and the status of the service's answer.
 */
int ask_service(const struct request *q, bool attach, const struct error *why, struct listing *ret,
		struct error *e);

#endif
