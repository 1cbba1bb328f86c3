/* Who is at the other end of a connection, for sharing out the service's time among them. */
#ifndef V6HOOK_WHO_H
#define V6HOOK_WHO_H

#include <stdint.h>

struct who {
	int side; /* 0: on the host's network, 1: elsewhere */
	uint64_t number;
};

/*
 * Tells the askers apart that must not be able to multiply: a user is one, whatever user IDs and
 * namespaces they make; a container of root's is one, whatever is made within it; those who
 * are gone already are one together. No proof of anything. Returns 0, or -errno.
 */
int who_asks(int connection, struct who *ret);

#endif
