/* How an engine that speaks CNI calls: by the environment and stdin, answered in JSON on stdout. */
#ifndef V6HOOK_CLI_CNI_H
#define V6HOOK_CLI_CNI_H

#include <stdio.h>

#include "base/error.h"

/* The name by which it is called, a link to v6hook. */
#define CNI_PROGRAM "v6hook-cni"

/*
 * Does what the environment says. @config_path: the configuration, if stdin names no other;
 * @apart: as for beside_probe
 * Returns 0, or -errno when it has failed and said so on out.
 */
int cni_run(const char *config_path, void (*apart)(void), FILE *out, struct error *e);

#endif
