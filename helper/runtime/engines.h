/* The list of container engines. A new one is a file with a struct runtime, and a line in
 * engines.c. */
#ifndef V6HOOK_ENGINES_H
#define V6HOOK_ENGINES_H

#include "runtime/runtime.h"

extern const struct runtime runtime_lxc;    /* lxc.c */
extern const struct runtime runtime_docker; /* docker.c */
extern const struct runtime runtime_podman; /* docker.c */
extern const struct runtime runtime_incus;  /* incus.c */
extern const struct runtime runtime_cni;    /* cni.c */
extern const struct runtime runtime_netns;  /* netns.c */

/* All engines, ended by a null. */
extern const struct runtime *const runtimes[];

/* Their names, ended by a null, for ident_parse. */
extern const char *const runtime_names[];

/* The engine with this name, or null. */
const struct runtime *runtime_by_name(const char *name);

#endif
