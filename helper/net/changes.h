/* The kernel's word that something of the host's network has changed (rtnetlink(7)). */
#ifndef V6HOOK_CHANGES_H
#define V6HOOK_CHANGES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "net/link.h"

enum change_what {
	CHANGE_ALL,	  /* more than could be told: anything */
	CHANGE_LINK,	  /* link, or of one that is gone its ifindex and name */
	CHANGE_ADDRESS,	  /* an address of the host's, on link.ifindex */
	CHANGE_ROUTE,	  /* the route to address/length */
	CHANGE_NEIGHBOUR, /* a marked neighbour */
	CHANGE_RULE,	  /* the order of the routing tables */
	CHANGE_SETTING,	  /* forwarding or proxying, of link.ifindex or of all */
};

struct change {
	enum change_what what;
	bool gone;
	bool ours; /* a route with the mark */
	struct in6_addr address;
	unsigned int length;
	struct link link;
};

/* Opens a socket that tells of them. Returns it, or -errno. */
int changes_open(void);

/* Hands on all that it tells now. */
void changes_take(int fd, void (*each)(const struct change *c, void *arg), void *arg);

#endif
