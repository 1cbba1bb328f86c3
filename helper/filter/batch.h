/* Changes of nf_tables that take effect all at once, or not at all. */
#ifndef V6HOOK_FILTER_BATCH_H
#define V6HOOK_FILTER_BATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "filter/table.h"
#include "wire/nl.h"

struct batch {
	unsigned char *bytes;
	size_t len, room;
	uint32_t first, count; /* the messages' numbers */
	struct nl_sock *nl;
	int error; /* what kept one from being added: it is not sent then */
};

static inline void batch_release(struct batch *b)
{
	free(b->bytes);
}
#define _batch_ CLEANUP(batch_release)

/*
 * Begins one. @generation: of what was read before (read_generation): if anything has changed
 * since, it is refused with -ERESTART; 0: whatever has
 */
void batch_begin(struct batch *b, struct nl_sock *nl, uint32_t generation);

/* Adds a message and frees it; a null is -ENOMEM, which batch_commit returns. */
void batch_add(struct batch *b, struct nl_msg *message);

/* Whether nothing has been added. */
static inline bool batch_is_empty(const struct batch *b)
{
	return b->count <= 1;
}

/*
 * Sends it and waits for what became of it. Returns 0; -ERESTART as above; or the first -errno of
 * the kernel's: then nothing of it has been done.
 */
int batch_commit(struct batch *b);

#endif
