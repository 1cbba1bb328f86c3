/* What other firewalls on this host do with what is forwarded: looked at here, never changed. */
#ifndef V6HOOK_FILTER_OTHER_LOOK_H
#define V6HOOK_FILTER_OTHER_LOOK_H

#include <stdbool.h>

#include "filter/other_rule.h"

/* Who keeps a place where others may say what is let through. */
enum other_owner { OTHER_DOCKER, OTHER_UFW, OTHER_FIREWALLD, OTHER_OWNERS };

/* What stands in the way. */
struct other_wall {
	bool any;	 /* something drops, on some way */
	bool drops;	 /* what comes, or what goes, on this one; */
	bool early;	 /* what comes, before the routing, which no accept elsewhere undoes */
	char chain[160]; /* where, as nft(8) names it: family, table, chain */
	/* whose word it is, by what they do to all unless they are told otherwise; or OTHER_OWNERS,
	 * if somebody has said so of this */
	enum other_owner owner;
	unsigned int
		passed; /* a bit for each owner whose rules are passed by where that is undone */
};

/*
 * Looks whether nf_tables drops new connections on this way, to the container or from it. A base
 * chain at the forward hook or at prerouting does, if its policy is to, or a rule of it or of the
 * chains that it jumps to which is understood in full; unless one of these rules accepts new
 * connections on this way. They are not played through: one that accepts some of them, a port for
 * instance, is enough. Needs CAP_NET_ADMIN; what cannot be read drops nothing. iptables' legacy
 * tables are not looked at.
 */
void other_look(const struct other_way *way, struct other_wall *ret);

/*
 * Looks whether nf_tables drops what comes in by the uplink to ask who has an address (RFC 4861,
 * 4.3), at the input hook or before the routing. Here, too, nothing is said in doubt: a rule that
 * accepts some of ICMPv6 counts for all of it. @chain: such a chain, as above; 160 bytes
 */
bool other_look_asked(const char *uplink, char *chain, size_t size);

#endif
