/* The guard's table: what may come in by a bridge's ports, and as whose. */
#ifndef V6HOOK_FILTER_GUARD_TABLE_H
#define V6HOOK_FILTER_GUARD_TABLE_H

#include "filter/table.h"

/* Its sets, in the order of the table. */
enum guard_set {
	GUARD_PORTS,
	GUARD_MACS,
	GUARD_OWN6,
	GUARD_OWN4,
	GUARD_OWN_ARP,
	GUARD_ANY4,
	GUARD_TAKEN_MACS,
	GUARD_TAKEN6,
	GUARD_TAKEN4,
	GUARD_ROUTED6,
	GUARD_GATEWAYS,
	GUARD_SETS,
};

extern const struct filter_table guard_table;

#endif
