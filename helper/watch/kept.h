/* Who is attached, as the service knows it by heart: which address, by which way, whose process. */
#ifndef V6HOOK_KEPT_H
#define V6HOOK_KEPT_H

#include "filter/guard.h"
#include "known/context.h"
#include "net/link.h"
#include "watch/loop.h"

/* A bridge and an uplink that are shared by any number of containers. */
struct kept_way {
	char via[IF_NAMESIZE], uplink[IF_NAMESIZE];
	bool routed;
	int via_index, uplink_index; /* 0: there is none of that name now (compare.c) */
	bool bridged;
	unsigned int users; /* 0: this place is free */
};

/* Its own network: what it has told, and what was made of that (inner.c). */
struct kept_inside {
	int fd; /* a socket in its namespace (net/inside.h), or -1: not listened to */
	/* milliseconds of the monotonic clock; due: INT64_MAX, or when to look; told_at: 0, or when
	 * the news came */
	int64_t due, told_at, looked_at, repaired_at;
	int64_t took; /* the last look: who is in there decides how much there is to see */
	unsigned int looks, repairs; /* in a row */
};

struct kept_entry {
	struct in6_addr address;
	unsigned int way;
	bool live;  /* attached; else one whose attach failed, or that */
	bool waits; /* waits for a port (keep/waiting.h) */
	bool stale; /* not found yet in what is being read */
	int port;   /* of one that is attached: as its record has it; */
	int nsid;   /* of one that waits */
	unsigned char
		has; /* bits of enum marked_kind: what the kernel had when it was asked last */
	int pidfd;   /* -1: its end is no event, and is looked for */
	pid_t pid;
	uint64_t netns_dev, netns_inode, started;
	unsigned char mac[6]; /* of its end of the port */
	struct kept_inside inside;
	struct guard_port guard; /* of one that is attached: what guards it, but for its name */
	char *netns_path;	 /* or null */
	int64_t since;		 /* when it was read, in milliseconds of the monotonic clock */
	int64_t retry_at;	 /* when a failed one is tried again, in seconds since the epoch */
	char ident[];
};

struct kept {
	const struct context *c;
	struct nl_sock *host; /* to ask for ports; null: not yet */
	struct loop *loop;
	loop_handler ended;
	void *arg;
	struct kept_entry **list; /* by address */
	size_t count, room;
	struct kept_way *ways;
	size_t way_count;
	size_t turn; /* which is looked at next of those whose end is no event */
};

/* @ended: called with a descriptor that is one entry's when its process ends */
struct kept *kept_new(const struct context *c, struct loop *loop, loop_handler ended, void *arg);

/* Closes no descriptors: the end of the process does, and all at once. */
void kept_free(struct kept *k);

/* The one that has the address, or null. */
struct kept_entry *kept_find(const struct kept *k, const struct in6_addr *address);

/*
 * Whether a link that has changed, or is gone, is the port of one that is attached, which may have
 * lost it, or leads, or may lead, to one that waits for a port.
 */
bool kept_minds(const struct kept *k, const struct link *link, bool gone);

/* Whether the port that is recorded of one who is attached has gone, or has left its bridge. */
bool kept_misses_port(const struct kept *k, const struct attachment *a);

/* The one with this descriptor, of its process or in its network; or null. */
struct kept_entry *kept_by_fd(const struct kept *k, int fd);

/* Listens in its network no longer, which keeps that alive. */
void kept_leave(struct kept *k, struct kept_entry *entry);

/* Whether it is by that way that one is attached. */
bool kept_is_way(const struct kept_way *w, const struct attachment *a);

/*
 * Adds one that nothing is listened to of yet. @address: of one that is attached (live), or ::
 * Returns it, or null without memory.
 */
struct kept_entry *kept_add(struct kept *k, const char *ident, const struct attachment *a,
			    const struct in6_addr *address, bool live);

/* What is kept of a container, of any if null, is about to be read again: it is stale. */
void kept_expect(struct kept *k, const char *ident);

/* Forgets what of it is stale still. */
void kept_sweep(struct kept *k, const char *ident);

#endif
