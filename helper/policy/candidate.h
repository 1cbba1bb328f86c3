/* Who speaks for a container's address: the candidates, in the order of their authority. */
#ifndef V6HOOK_CANDIDATE_H
#define V6HOOK_CANDIDATE_H

#include "policy/choice.h"

enum source { FROM_ASKED, FROM_CONFIG, FROM_PIN, FROM_ENGINE, FROM_LABEL, FROM_LEASE, FROM_TRACE };

/* An address that somebody names for the container, and who. */
struct candidate {
	struct in6_addr address;
	enum source source;
};

#define CANDIDATES_MOST (FROM_TRACE + 1)

/*
 * Lists who speaks for the container, the highest authority first. What is found on its own
 * interface is none of them (given.c).
 * @held: its lease, or null; @trace: room for an address that the list may name
 * Returns how many.
 */
int candidates_list(const struct choose *q, const struct lease *held,
		    struct candidate list[CANDIDATES_MOST], struct in6_addr *trace);

/* Whether the next may have it if this one cannot be followed: a label is a wish. */
bool candidate_may_pass(const struct candidate *c, const struct error *e);

#endif
