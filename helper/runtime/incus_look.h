/* Single instances of Incus's, looked at beside each other, and what is told of each. */
#ifndef V6HOOK_INCUS_LOOK_H
#define V6HOOK_INCUS_LOOK_H

#include "runtime/looking.h"

/* As docker_look_send, for an instance. */
int incus_look_send(struct runtime_looking *w, struct engine_inspect *i, struct error *e);

#endif
