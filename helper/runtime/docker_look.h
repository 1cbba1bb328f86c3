/* Single containers of Docker's, inspected beside each other, and what is told of each. */
#ifndef V6HOOK_DOCKER_LOOK_H
#define V6HOOK_DOCKER_LOOK_H

#include "runtime/looking.h"

/* Sends an inspect of the queue, which is removed from it once it is answered. Returns 0 or
 * -ENOMEM. */
int docker_look_send(struct runtime_looking *w, struct engine_inspect *i, struct error *e);

#endif
