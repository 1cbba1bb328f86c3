/* The name and place of a container, from its engine itself, whoever tells another one. */
#ifndef V6HOOK_NAMED_H
#define V6HOOK_NAMED_H

#include "base/config.h"
#include "base/ident.h"

/*
 * Asks the engine for the name that the container with this ID has now. Takes some milliseconds,
 * and when it says nothing for 5 s, no longer. Returns 0; -ENOENT if there is no such container;
 * -ENOSYS of Incus, which cannot be asked so; or -errno.
 */
int named_by_engine(const struct config_engine *engine, const char *id,
		    char ret[IDENT_NAME_MAX + 1]);

/* Asks Incus whether its instance of that name has this ID. Returns 1, 0 if not, or -errno. */
int named_has_id(const struct config_engine *engine, const char *name, const char *id);

/* Asks the engine whether there is a container of that name. Returns 1, 0 if not, or -errno. */
int named_is_known(const struct config_engine *engine, const char *name);

/*
 * Asks the engine whether the labels of the container with this ID name that place (struct
 * instance). Returns 1, 0 if not, or -errno.
 */
int named_in_place(const char *socket, const char *id, const char *place);

/*
 * Asks the engine whether that is the name of the container with this ID; also of one that it is
 * starting, of which it tells no more before that is done. Returns 1, 0 if not, or -errno.
 */
int named_is_called(const char *socket, const char *id, const char *name);

#endif
