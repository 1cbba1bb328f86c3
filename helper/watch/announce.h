/* Announces what is attached again: after a link has been gone for a moment, and regularly. */
#ifndef V6HOOK_ANNOUNCE_H
#define V6HOOK_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "known/context.h"
#include "net/marked.h"

#define ANNOUNCE_LINKS 8 /* uplinks that are kept in mind */

/* Zeros at first. */
struct announcer {
	struct announce_link {
		int ifindex;
		unsigned int ups; /* as struct link's carrier_ups */
		struct in6_addr source;
		bool has_source;
	} links[ANNOUNCE_LINKS];
	size_t link_count;
	struct marked round; /* what is announced in this round, and what of it has been */
	size_t done;
	int64_t begun, lasts; /* milliseconds: the round; lasts 0: there is none */
	/* when it was known last which the uplinks are, and when they were looked at */
	int64_t listed, looked;
	unsigned int hurried; /* rounds to come at once */
	struct nl_sock *nl;
};

/*
 * Announces what is due. To be called whenever the service is awake, which it is every second or
 * so. Returns when it has something to announce next, in milliseconds of the monotonic clock, or
 * INT64_MAX.
 */
int64_t announce_again(struct announcer *a, const struct context *c);

void announcer_release(struct announcer *a);

#endif
