/* Whose a MAC is: what the guard's table says of it, and which ports there are. */
#ifndef V6HOOK_FILTER_GUARD_MAC_H
#define V6HOOK_FILTER_GUARD_MAC_H

#include "base/error.h"
#include "filter/guard_port.h"
#include "filter/read.h"

enum guard_mac {
	GUARD_MAC_FREE,	   /* nobody's, or of a port that is gone */
	GUARD_MAC_OWN,	   /* this port may send from it already */
	GUARD_MAC_ANOTHERS /* of another container, whose port is there */
};

/*
 * Whose the MAC of a port is. A port that cannot be asked for is not gone.
 * @all: what the table has; @ret_whose: of another's, its name as comments have it; or null
 */
enum guard_mac guard_mac_look(const struct elements *all, const struct guard_port *p,
			      const char **ret_whose);

/*
 * Refuses a port the MAC of another, if it is to be guarded by its MAC. Returns 0, or -EADDRINUSE
 * with whose it is.
 */
int guard_mac_check(const struct elements *all, const struct guard_port *p, struct error *e);

#endif
