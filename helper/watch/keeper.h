/* Which engine's container a process is in, by what the kernel says of it and of who keeps it. */
#ifndef V6HOOK_KEEPER_H
#define V6HOOK_KEEPER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/ident.h"

struct kept_process {
	char id[65];  /* the engine's, of the container */
	bool podman;  /* else Docker's */
	pid_t first;  /* the first process of it from this one up; the first of all as it starts */
	bool is_init; /* of its PID namespace */
	char name[IDENT_NAME_MAX + 1]; /* of one of Podman's, as conmon is told; or "" */
	char bundle[PATH_MAX];	       /* the directory of its config.json, or "" */
};

/*
 * Returns 0; -ESRCH if the process is gone, -ENODEV if it is in none, -EPERM if it merely pretends;
 * with a message.
 */
int keeper_find(pid_t pid, struct kept_process *ret, struct error *e);

#endif
