/* The list of container engines. A new one is a file with a struct runtime, and a line here. */
#include "runtime/engines.h"

#include <string.h>

const struct runtime *const runtimes[] = { &runtime_lxc, &runtime_docker, &runtime_podman,
					   &runtime_incus, &runtime_cni, &runtime_netns, NULL };
const char *const runtime_names[] = { "lxc", "docker", "podman", "incus", "cni", "netns", NULL };

const struct runtime *runtime_by_name(const char *name)
{
	for (size_t i = 0; runtimes[i]; i++)
		if (strcmp(runtimes[i]->name, name) == 0)
			return runtimes[i];
	return NULL;
}
