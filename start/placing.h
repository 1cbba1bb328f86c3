/* What a container is given that asks from within: this program and the service's socket. */
#ifndef V6HOOK_PLACING_H
#define V6HOOK_PLACING_H

/*
 * Puts a copy of this program, as "v6hook-start", and the service's socket, as "v6hook.sock", into
 * /dev/v6hook of the container that is being made. For an OCI hook of the kind createContainer: in
 * the container's namespaces, before its root is the root (runtime-spec, config.md).
 * Returns null when it is done, or what is to be said.
 */
const char *placing(const char *socket);

#endif
