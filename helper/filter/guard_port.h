/* What guards one container's port: the elements that it has in the sets of the tables. */
#ifndef V6HOOK_FILTER_GUARD_PORT_H
#define V6HOOK_FILTER_GUARD_PORT_H

#include <netinet/in.h>
#include <stdbool.h>

#include "filter/expose.h"

#define GUARD_GIVEN_MAX 4

/* One attached container's port, and what it may speak for. */
struct guard_port {
	const char
		*name; /* the container's, as people read it and by which its elements are found */
	int port;      /* ifindex of the host's end */
	unsigned char mac[6];
	struct in6_addr gateway; /* the host's address on its bridge */
	struct in6_addr address;
	bool speaks;	     /* it is guarded as to what it speaks for; else only exposure is set */
	bool bare;	     /* it is on no bridge */
	struct exposed open; /* which of its ports others reach: a list, all or none */
	struct exposed label, published; /* what that is decided by */
	bool on_link; /* others on the bridge may reach the address there, without the host */
	struct in6_addr given[GUARD_GIVEN_MAX]; /* by its engine, besides */
	int given_count;
	bool has_ipv4; /* known for certain; else its IPv4 is not guarded */
	struct in_addr ipv4;
};

/* The comment of elements that all ports share. */
#define GUARD_HOST "the host"

/* What guards one port: at most so many elements. */
#define GUARD_ELEMENTS (14 + 2 * GUARD_GIVEN_MAX + EXPOSE_ELEMENTS)

/*
 * The elements that guard the port, some of them shared by all ports.
 * @ret: room for GUARD_ELEMENTS; Returns how many.
 */
size_t guard_elements(const struct guard_port *p, struct filter_element *ret);

/* The name as comments of elements have it. @out: FILTER_COMMENT_MAX bytes. Returns it. */
const char *guard_comment(const char *name, char *out);

#endif
