/* All veths of the host at once, for who looks many ports up. */
#ifndef V6HOOK_VETHS_H
#define V6HOOK_VETHS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "net/link.h"

struct veths {
	struct link *list; /* by ifindex */
	size_t count;
	bool read;
};

static inline void veths_release(struct veths *v)
{
	free(v->list);
}

/* Reads all of them. Returns 0 or -errno. */
int veths_read(struct nl_sock *s, struct veths *ret, struct error *e);

/* The one with that number, or null. */
const struct link *veths_at(const struct veths *v, int ifindex);

#endif
