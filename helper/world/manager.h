/* Which network manager of the host has an interface, and where it is configured. */
#ifndef V6HOOK_MANAGER_H
#define V6HOOK_MANAGER_H

#include <limits.h>
#include <stdbool.h>

enum manager_kind {
	MANAGER_NONE, /* or one that is not known */
	MANAGER_NETWORKD,
	MANAGER_NETWORKMANAGER,
	MANAGER_IFUPDOWN,
};

struct manager {
	enum manager_kind kind;
	const char *title;   /* for people */
	bool netplan;	     /* netplan writes what it reads */
	char file[PATH_MAX]; /* where the interface is configured, or "" */
	int accept_ra;	     /* ifupdown: what it sets when it brings the interface up, or -1 */
};

/*
 * Looks which one has the interface, by what each leaves in /run and, for ifupdown, in /etc. What
 * cannot be read leaves it unknown.
 */
void manager_find(int ifindex, const char *name, struct manager *ret);

/*
 * ifupdown: the file with accept_ra 2 in the interface's stanza for inet6 (interfaces(5)), for the
 * caller to free; null if it cannot be read.
 */
char *manager_amend(const struct manager *m, const char *name);

#endif
