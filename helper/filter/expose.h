/* Exposure: of an attached container's ports, others reach those that are meant (forwarded IPv6).
 */
#ifndef V6HOOK_FILTER_EXPOSE_H
#define V6HOOK_FILTER_EXPOSE_H

#include <netinet/in.h>

#include "base/expose.h"
#include "filter/guard_table.h"
#include "filter/table.h"

/* Its sets: their numbers follow those of the guard, with whose elements they are read. */
enum expose_set {
	EXPOSE_CLOSED = GUARD_SETS, /* addresses of which not all ports are open */
	EXPOSE_OPEN,		    /* and those that are */
	EXPOSE_END,
};

extern const struct filter_table expose_table;

/* What one container has at most. */
#define EXPOSE_ELEMENTS (1 + EXPOSED_PORTS)

/*
 * The elements that close the address but for the list.
 * @comment: fewer than FILTER_COMMENT_MAX bytes; @ret: room for EXPOSE_ELEMENTS. Returns how many:
 * none if all is open.
 */
size_t expose_elements(const struct in6_addr *address, const struct exposed *open,
		       const char *comment, struct filter_element *ret);

#endif
