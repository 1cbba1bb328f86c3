/* v6hook setup --docker-runtime: v6hook-runtime among Docker's runtimes, and out of them again. */
#ifndef V6HOOK_SETUP_RUNTIME_H
#define V6HOOK_SETUP_RUNTIME_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/error.h"

struct runtime_wish {
	bool by_default; /* of all containers that name none */
	bool undo;
	bool force;
};

/* What is to be done; for cli/plan.c to show. */
struct runtime_plan {
	struct runtime_wish wish;
	char path[256]; /* daemon.json */
	char *former;	/* what is in it, or null if there is none */
	char *text;	/* what is to be, or null if it is to go */
	bool done;	/* there is nothing to do */
};

/*
 * Looks at Docker's configuration and makes the plan; changes nothing.
 * Returns 0; -EINVAL if the file cannot be understood, or dockerd has options that exclude it;
 * -EEXIST if another runtime is there in its place; -EBUSY if containers need what is to be taken
 * out; -EOPNOTSUPP if this Docker does not bear it; or -errno.
 */
int op_runtime_look(const struct runtime_wish *w, struct runtime_plan *ret, struct error *e);

/* Does it. Returns 0, -ESTALE if the file was changed meanwhile, or -errno. */
int op_runtime_do(const struct runtime_plan *p, struct error *e);

void runtime_plan_release(struct runtime_plan *p);
#define _runtime_plan_ CLEANUP(runtime_plan_release)

#endif
