/* A container's own network, seen from outside: that something may be lost in it, and what is. */
#ifndef V6HOOK_INSIDE_H
#define V6HOOK_INSIDE_H

#include <netinet/in.h>

#include "base/error.h"
#include "net/netns.h"

/* What is to be so in a container. */
struct inside_wish {
	unsigned char mac[6]; /* of its end of the port */
	struct in6_addr address;
	struct in6_addr gateway;
};

/*
 * Opens a socket that becomes readable when an address or a default route is lost in the namespace,
 * an interface comes up there, or a router is learnt (rtnetlink(7)). It keeps the namespace alive.
 * Who is in there can make it readable at any time: what it says is worth a look, and no more.
 * Returns 0 or -errno.
 */
int inside_listen(const struct netns *n, int *ret_fd, struct error *e);

/* Takes in what the socket tells, or as much of it as is there at once. */
void inside_drain(int fd);

/*
 * What the namespace of such a socket lacks of what container_configure put there: "address",
 * "route" or "settings"; null if nothing, also while the interface is down or gone: whether it is
 * up is the container's own affair. @ret: as long as the program runs
 * Returns 0 or -errno.
 */
int inside_lacks(int fd, const struct inside_wish *w, const char **ret, struct error *e);

#endif
