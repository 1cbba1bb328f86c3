/* Which engines this host has at all. */
#include "runtime/present.h"

#include <stdio.h>
#include <unistd.h>

#include "base/config.h"

/* Whether a program of that name is where programs are. */
static bool has_program(const char *name)
{
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin",
					    "/usr/sbin",       "/usr/bin",
					    "/sbin",	       "/bin",
					    "/snap/bin",       NULL };
	char path[64];

	for (const char *const *dir = dirs; *dir; dir++) {
		snprintf(path, sizeof(path), "%s/%s", *dir, name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

void engines_present(struct engines_present *ret)
{
	ret->lxc = has_program("lxc-start");
	ret->docker = has_program("dockerd") || access("/var/run/docker.sock", F_OK) == 0;
	ret->podman_serves = access(CONFIG_PODMAN_SOCKET, F_OK) == 0;
	ret->incus = access(CONFIG_INCUS_SOCKET, F_OK) == 0;
	ret->podman = ret->podman_serves || has_program("podman");
}
