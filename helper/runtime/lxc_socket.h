/* The name of the socket on which a container's monitor takes LXC's commands. */
#ifndef V6HOOK_LXC_SOCKET_H
#define V6HOOK_LXC_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/process.h"

#define LXC_SOCKET_MAX 108 /* bytes of a Unix socket's name and its end: unix(7) */

/*
 * Finds it among the abstract sockets in our own network on which the monitor listens, and which
 * its own user has made (sock_diag(7)). Returns 0, or -ENODEV if it has none.
 */
int lxc_socket_find(const struct process *monitor, char ret[LXC_SOCKET_MAX]);

/*
 * Takes such a name apart, PATH/NAME/command, and cuts it in between: @text is the path then.
 * Returns the container's name, or null if it is none.
 */
const char *lxc_socket_read(char *text);

#endif
