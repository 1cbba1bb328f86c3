/* The guard of ports that are on no bridge: what may come in by them, and as whose. */
#ifndef V6HOOK_FILTER_BARE_TABLE_H
#define V6HOOK_FILTER_BARE_TABLE_H

#include "filter/expose.h"

/* Its sets: their numbers follow those of exposure. */
enum bare_set {
	BARE_PORTS = EXPOSE_END,
	BARE_OWN6,
	BARE_OWN4,
	BARE_ANY4,
};

extern const struct filter_table bare_table;

#endif
