/* The tables of iptables before nf_tables (ip6tables-legacy): looked at, never changed. */
#ifndef V6HOOK_FILTER_LEGACY_H
#define V6HOOK_FILTER_LEGACY_H

#include <stdbool.h>

/* What its filter table does with what is forwarded. */
struct legacy_forward {
	bool drops; /* the policy is to drop */
	bool rules; /* there are rules before it */
};

/*
 * Reads the policy. Where the host has no such table none is made, which asking for it would do.
 * Needs CAP_NET_ADMIN and CAP_NET_RAW.
 * Returns 1, 0 if there is no such table, or -errno.
 */
int legacy_forward(struct legacy_forward *ret);

#endif
