/* One rule of another firewall: whether it is for a packet, and what becomes of that. */
#ifndef V6HOOK_FILTER_OTHER_RULE_H
#define V6HOOK_FILTER_OTHER_RULE_H

#include <netinet/in.h> /* before those of the kernel */

#include <netlink/attr.h>
#include <stdbool.h>

/* A container's way from outside and back. */
struct other_way {
	const char *uplink,
		*bridge; /* the interfaces that what is forwarded comes in and goes out by */
	struct in6_addr address; /* the container's */
};

struct other_rule {
	const struct other_way *way;
	bool out; /* of what goes from the container; else of what comes to it */

	/* what is found out, false and null before; unsure may be true */
	bool fails;   /* it is not for the packet, */
	bool partial; /* or only for answers and for ICMPv6 */
	bool unsure;  /* or for some that is not understood here */
	bool answers; /* it asks of what connection a packet is */
	int protocol; /* it is for this one alone; 0: for any, as far as is understood */
	bool accepts, drops, returns;
	const struct nlattr *jump; /* a chain's name */
};

/* Reads it. @expressions: NFTA_RULE_EXPRESSIONS */
void other_rule_read(struct nlattr *expressions, struct other_rule *rule);

#endif
