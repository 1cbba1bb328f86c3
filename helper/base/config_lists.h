/* The parts of the configuration that are lists: pools, containers, users, a command. */
#ifndef V6HOOK_CONFIG_LISTS_H
#define V6HOOK_CONFIG_LISTS_H

#include "base/config_value.h"

/* Each reads one key of the top level into a struct config, as struct key wants it. */
int config_read_pools(const struct value *v, void *into);
int config_read_containers(const struct value *v, void *into);
int config_read_users(const struct value *v, void *into);
int config_read_on_change(const struct value *v, void *into);

/* Reads "all", "none", "published", or a list of ports. Returns 0 or -EINVAL. */
int config_read_exposed(const struct value *v, struct exposed *ret);

#endif
