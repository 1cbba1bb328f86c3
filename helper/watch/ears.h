/* What is told to the service of what becomes of the world, and what it makes it doubt. */
#ifndef V6HOOK_EARS_H
#define V6HOOK_EARS_H

#include "watch/compare.h"
#include "watch/kept.h"

#define EARS_LINKS 64
#define EARS_NEVER INT64_MAX

/* What may be otherwise than it is known. */
struct doubt {
	bool all;   /* what the kernel's tables hold of those that are kept */
	bool ways;  /* what they share */
	bool ends;  /* whether they live, of whose end nothing is told */
	bool odd;   /* something that only a reconciliation can judge */
	bool guard; /* the filters, */
	bool walls; /* and those of others */
	bool ready; /* which addresses are to be ready, and whether they are */
};

/* What a link was like when it was heard of last. */
struct ears_link {
	int ifindex;
	uint64_t state;
};

struct pending;

struct ears {
	const struct context *context;
	struct loop *loop;
	struct kept *kept;
	struct compare compare;
	int store, kernel, filter; /* descriptors that tell; the store's is its own */
	struct pending *pending;   /* what of the store is to be read */
	size_t pending_count;
	struct ears_link links[EARS_LINKS];
	size_t link_count;
	struct doubt doubt; /* taken away by the one who resolves it, */
	int64_t doubt_at;   /* not before: in ms of the monotonic clock, EARS_NEVER if there is none
			     */
	int64_t guard_told; /* when the filters changed last */
	int64_t reload_at, listen_at, rest_at;
	bool deaf;	  /* the store cannot be read now: nothing is known */
	uint64_t changes; /* of the store that were heard of */
};

/* Begins to listen to the store and to the kernel. @h: with a context and a loop. 0 or -errno */
int ears_open(struct ears *h, struct error *e);
void ears_close(struct ears *h);

/* Doubts everything. */
void ears_doubt(struct ears *h);

/* To be called every second: for what nothing is told of. */
void ears_tick(struct ears *h);

/* Reads what is due. Returns when it is to be called again. */
int64_t ears_act(struct ears *h, int64_t now);

#endif
