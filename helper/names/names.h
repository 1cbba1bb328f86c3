/* Which names the containers have, by whose word, and whose a name is that two would like. */
#ifndef V6HOOK_NAMES_H
#define V6HOOK_NAMES_H

#include "base/hostname.h"
#include "known/context.h"
#include "world/look.h"

struct name {
	const struct holder *holder;
	char text[HOSTNAME_MAX];
};

/* Of those that are attached, in the order of addresses; of each the one it is best known by first.
 */
struct names {
	struct name *list;
	size_t count;
};

static inline void names_release(struct names *n)
{
	free(n->list);
}
#define _names_ CLEANUP(names_release)

/*
 * Looks at the store, and of those whose record is lost at the kernel. @l: with store and boot_id
 * Returns 0 or -errno.
 */
int names_look(struct look *l, struct error *e);

/* Finds the names. @l: as names_look has filled it; must outlive ret. Returns 0 or -ENOMEM. */
int names_find(const struct context *c, const struct look *l, struct names *ret);

/* Whether it is attached, or nobody knows that it is not. */
bool names_serves(const struct context *c, const struct holder *h);

/* Whether the configuration lets who runs a container choose this name: it lies in the domain. */
bool names_may_be(const struct context *c, const char *hostname);

#endif
