/* A veth pair of our own making, for a container that has no port yet. */
#ifndef V6HOOK_VETH_H
#define V6HOOK_VETH_H

#include <netlink/netlink.h>

#include "net/link.h"

struct veth_wish {
	const char *outer; /* the host's end; up from the beginning */
	const char *inner; /* the container's end, in its namespace */
	int netns;	   /* that, by a descriptor */
	int bridge;	   /* the ifindex of the one whose port the host's end is */
	unsigned int mtu;  /* 0: the kernel's choice */
};

/*
 * Makes it, whole or not at all. Returns 0, -EEXIST if there is an interface of one of the names,
 * or -errno; no message.
 */
int veth_make(struct nl_sock *s, const struct veth_wish *w);

/* Removes the pair whose host's end has that name, if it is a veth. Returns 1, 0 if there is none,
 * or -errno; no message. */
int veth_remove(struct nl_sock *s, const char *outer);

#endif
