/* What must be so of whatever an engine's answers have told. */
#ifndef V6HOOK_FUZZ_TOLD_H
#define V6HOOK_FUZZ_TOLD_H

#include "fuzz.h"

#include "runtime/runtime.h"

static inline void on_refused(const char *name, const struct error *e, void *arg)
{
	(void)arg;
	must(name && strlen(e->text) > 0);
}

static inline int on_each(const struct instance *i, void *arg)
{
	must(i->pid > 0);
	return ++*(int *)arg > 8;
}

#endif
