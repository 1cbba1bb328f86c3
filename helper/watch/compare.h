/* The kernel's tables beside what the service knows by heart: what is lacking, and what is too
 * much. */
#ifndef V6HOOK_COMPARE_H
#define V6HOOK_COMPARE_H

#include "net/changes.h"
#include "net/marked.h"
#include "watch/kept.h"
#include "wire/nl.h"

struct compare {
	struct kept *kept;
	struct nl_sock *nl;
	struct marked strange; /* marked entries of nobody who is kept, by address */
	size_t turn;	       /* which way is looked at next */
};

/* What a comparison has found. */
struct compared {
	uint64_t lacking; /* 0: nothing. Else a number that tells what is from what was */
	bool soon;    /* something is lacking that a moment ago was not there: it may be coming */
	bool strange; /* the marked entries of nobody who is kept are others than the last time */
};

/* Begins. @kept: it outlives this. Returns 0 or -errno. */
int compare_open(struct compare *c, struct kept *kept, struct error *e);
void compare_release(struct compare *c);

/*
 * Compares. @all: not the proxy entries alone, of whose loss nothing is told
 * Returns 0, or -errno if a table could not be read: then nothing is known.
 */
int compare_tables(struct compare *c, bool all, struct compared *ret);

/*
 * Looks whether what the containers of a way share is as it must be: settings, the gateway's
 * address. @most: how many ways, in turn. Returns whether they are.
 */
bool compare_ways(struct compare *c, size_t most);

/* Whether a link is part of a way, or was. */
bool compare_uses(const struct compare *c, const struct link *link);

/* Some links have changed: those of the ways are found anew. */
void compare_forget_links(struct compare *c);

#endif
