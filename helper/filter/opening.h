/* What other firewalls are told to let through, on a bridge: what they keep for us, and how it is
 * read. */
#ifndef V6HOOK_FILTER_OPENING_H
#define V6HOOK_FILTER_OPENING_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define OPENING_TEXT_MAX 80
#define OPENINGS_MOST 256
#define OPENING_TELL_MAX 640 /* bytes of what is to be typed */

/* The word by which others' rules are known as ours, in their comments. */
#define OPENING_MARK "v6hook"

/* To these addresses behind the bridge, and from them; which ports is for exposure to say. */
struct opening {
	char bridge[IF_NAMESIZE]; /* "" where a firewall does not keep it */
	struct in6_addr prefix;
	unsigned int length; /* of the prefix, in bits */
};

struct openings {
	struct opening list[OPENINGS_MOST];
	size_t count;
};

/* How one owner of a firewall is dealt with. */
struct opening_ops {
	const char *name;
	/*
	 * Reads what it keeps for us; cheap where that is nothing. @ret: with what there is already
	 * Returns 0 or -errno.
	 */
	int (*read)(struct openings *ret, struct error *e);
	/* Has it let that through, now and as long as it lasts. Returns 0 or -errno. */
	int (*open)(const struct opening *o, struct error *e);
	/* Ends that. One that is not there is no failure. Returns 0 or -errno. */
	int (*close)(const struct opening *o, struct error *e);
	/* What to type for it, or, where it is kept and does not help, what else is needed. @kept:
	 * whether it keeps that for us */
	void (*tell)(const struct opening *o, bool kept, char *out, size_t size);
};

/* "2001:db8:1::/112". @out: OPENING_TEXT_MAX bytes. Returns it. */
const char *opening_prefix_text(const struct opening *o, char *out);

/* Reads that. Returns 0 or -EINVAL. */
int opening_prefix_read(const char *text, struct opening *ret);

/* Whether it is among them. */
bool openings_have(const struct openings *all, const struct opening *o);

/* Adds one, unless it is there or there are too many. */
void openings_add(struct openings *all, const struct opening *o);

bool opening_is_same(const struct opening *a, const struct opening *b);

#endif
