/* Which engines this host has at all. */
#ifndef V6HOOK_PRESENT_H
#define V6HOOK_PRESENT_H

#include <stdbool.h>

struct engines_present {
	bool lxc, docker, podman, incus;
	bool podman_serves; /* its socket is there */
};

/* Looks for their programs and sockets; none is asked. */
void engines_present(struct engines_present *ret);

#endif
