/* All that an engine's list names, asked for one by one. */
#ifndef V6HOOK_EACH_H
#define V6HOOK_EACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "runtime/docker_list.h"
#include "runtime/runtime.h"

/* The names that were read; no more than there can be containers on a host. */
struct runtime_names {
	char (*list)[ENGINE_ID_MAX];
	size_t count;
	bool too_many;
};

static inline void runtime_names_release(struct runtime_names *n)
{
	free(n->list);
}

/* Adds one, of ENGINE_ID_MAX bytes at most. @arg: a struct runtime_names */
void runtime_names_add(const char *name, void *arg);

/*
 * Finds each by its name, and calls each for those that run and have a port.
 * Returns 0, what each returned, or -ETIMEDOUT with a message where the engine hangs.
 */
int runtime_each(const struct runtime *self, const struct runtime_options *o,
		 const struct runtime_names *names,
		 int (*each)(const struct instance *i, void *arg), void *arg, struct error *e);

#endif
