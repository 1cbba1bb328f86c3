/* The service's socket: where it listens, and whose place it takes. */
#ifndef V6HOOK_DOOR_H
#define V6HOOK_DOOR_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

#include "base/error.h"

struct door {
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t dev; /* of the socket's file */
	ino_t inode;
};

/*
 * Listens on a Unix socket (SOCK_SEQPACKET, for everybody: unix(7)), making its directory if need
 * be; takes the place of a socket that a former service left, and of nothing else.
 * Returns 0 or -errno with a message: then there is no new one.
 */
int door_open(const char *path, struct door *ret, struct error *e);

/* Ends it, and takes its file away. */
void door_close(struct door *d);

#endif
