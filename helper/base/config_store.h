/* The part of the configuration that says where leases are kept. */
#ifndef V6HOOK_CONFIG_STORE_H
#define V6HOOK_CONFIG_STORE_H

#include "base/config_value.h"

/* Reads the key "store" into a struct config, as struct key wants it. */
int config_read_store(const struct value *v, void *into);

#endif
