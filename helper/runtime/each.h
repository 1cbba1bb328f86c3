/* All that an engine's list names, asked for one by one. */
#ifndef V6HOOK_EACH_H
#define V6HOOK_EACH_H

#include "engine/lister.h"
#include "runtime/runtime.h"

/*
 * Reads the engine's list, finds each by its name, and calls each for those that run and have a
 * port. @list: zeroed, of the lister's kind
 * Returns 0, what each returned, or -errno with a message: -ETIMEDOUT where the engine hangs.
 */
int runtime_each(const struct runtime *self, const struct runtime_options *o,
		 const struct engine_lister *lister, void *list,
		 int (*each)(const struct instance *i, void *arg), void *arg, struct error *e);

#endif
