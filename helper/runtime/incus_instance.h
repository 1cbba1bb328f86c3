/* What Incus's API says of one instance, and whether it can be served. */
#ifndef V6HOOK_INCUS_INSTANCE_H
#define V6HOOK_INCUS_INSTANCE_H

#include "engine/ask.h"
#include "runtime/runtime.h"

/*
 * Reads what was answered about an instance (INCUS_INSTANCE), all but its process: its name, its
 * ID (volatile.uuid, which stays when it is renamed), what its NIC is given, what it is asked for
 * by its own keys user.v6hook.*: those of its profiles keep it off at most.
 * @name: as it was asked for
 * @answer: is changed
 * Returns as the find of runtime.h does; ret->ident and ret->id are filled in for -ESRCH and
 * -ENODEV, too.
 */
int incus_instance_read(const struct config_engine *engine, const char *name, long status,
			struct engine_answer *answer, struct instance *ret, struct error *e);

/* Reads its first process of what was answered about its state (INCUS_STATE). Returns as above. */
int incus_state_read(const struct config_engine *engine, long status, struct engine_answer *answer,
		     struct instance *ret, struct error *e);

#endif
