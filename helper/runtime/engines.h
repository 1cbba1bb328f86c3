/* The engines' tables, one from each file of this room, for the list in runtime.c. */
#ifndef V6HOOK_ENGINES_H
#define V6HOOK_ENGINES_H

#include "runtime/runtime.h"

extern const struct runtime runtime_lxc;    /* lxc.c */
extern const struct runtime runtime_docker; /* docker.c */

#endif
