/* The sysctls that forwarding and proxying hang on: read, and written only where they differ. */
#ifndef V6HOOK_SYSCTL_H
#define V6HOOK_SYSCTL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct sysctl_value {
	const char *name;
	int value;
};

/* One value that was changed, to be put back. */
struct sysctl_change {
	const char *part, *name; /* constants */
	char dev[IF_NAMESIZE];
	int old;
};

/* What one call changed, in order. */
struct sysctl_changes {
	bool quiet; /* set: changes are not worth a note (the container's own) */
	bool tell;  /* set: nothing is written, only what would be is recorded */
	struct sysctl_change list[64];
	size_t count;
};

/*
 * Has this process find settings by a proc file system of its own, if so many network namespaces
 * make /proc slow, and nothing speaks against it. @namespaces: about how many the host has
 */
void sysctl_apart(int namespaces);

/* Reads a number from a file of the kernel's. Returns 0 or -errno. */
int sysctl_read(const char *path, int *ret, struct error *e);

/*
 * Reads a number below /proc/sys/net/ipv6/ (kernel documentation, networking/ip-sysctl).
 * @part: "conf" or "neigh"; @dev: an interface, "all" or "default"; @name: a constant
 * Returns 0 or -errno.
 */
int sysctl_get(const char *part, const char *dev, const char *name, int *ret, struct error *e);

/* Whether the interface has these two values, which costs one look-up; not so if none can be read.
 */
bool sysctl_are(const char *part, const char *dev, const struct sysctl_value values[2]);

/*
 * Writes a value if it is not there yet and records the old one; for all.forwarding, which the
 * kernel writes into every interface's own, also which of those had it on by themselves.
 * Returns 0 or -errno.
 */
int sysctl_set(const char *part, const char *dev, const char *name, int value,
	       struct sysctl_changes *changes, struct error *e);

/* Puts back what was changed, last first, as far as possible. */
void sysctl_restore(const struct sysctl_changes *changes);

#endif
