/* What the program of "on_change" has been told: which addresses are in service, and as whose. */
#ifndef V6HOOK_TOLD_H
#define V6HOOK_TOLD_H

#include <netinet/in.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct told_one {
	struct in6_addr address;
	const char *name;  /* the host's name that it is best known by, or "" */
	const char *ident; /* as ident_text writes it */
};

/* In the order of addresses. */
struct told {
	struct told_one *list;
	size_t count;
	struct arena arena; /* where the texts are */
};

void told_release(struct told *t);
#define _told_ CLEANUP(told_release)

/*
 * Reads it. One that is not there says nothing, and so does a line that makes no sense.
 * @state_dir: where it lies
 * Returns 0; 1 if some of it makes no sense; or -errno with a message.
 */
int told_read(const char *state_dir, struct told *ret, struct error *e);

/* Writes it, whole or not at all. Returns 0 or -errno with a message. */
int told_write(const char *state_dir, const struct told *t, struct error *e);

/* The place of the address in the list, or where it would be. */
size_t told_place(const struct told *t, const struct in6_addr *address);

/* Takes one in, or in the place of another of that address. Returns 0 or -ENOMEM. */
int told_put(struct told *t, const struct told_one *one);

/* Takes the one of that address out. */
void told_drop(struct told *t, const struct in6_addr *address);

#endif
