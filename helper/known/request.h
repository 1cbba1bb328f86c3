/* What is asked: of which container, by whom, and what they are allowed. */
#ifndef V6HOOK_REQUEST_H
#define V6HOOK_REQUEST_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/config.h"
#include "store/lease.h"

/* What one who is not the administrator is allowed. */
struct allowance {
	unsigned int addresses;	    /* so many leases at most */
	const char *const *bridges; /* null: any */
	size_t bridge_count;
};

/* The command line, read. */
struct request {
	const char *config_path;
	const char *container; /* NAME, or ENGINE:NAME */
	const char *runtime;   /* --runtime, or null */
	const char *lxcpath;   /* --lxcpath, or null */
	pid_t pid;	       /* --pid, or 0 */
	uint64_t netns_dev;    /* the namespace that this process must be in, or 0 */
	uint64_t netns_inode;
	uint64_t started;  /* and when the process was started; 0: does not matter */
	const char *netns; /* --netns, or null */
	bool has_address;
	struct in6_addr address;      /* --address: the administrator's */
	const struct in6_addr *label; /* v6hook.address, of the one who started it, or null */
	bool release;		      /* detach --release */
	bool lost; /* its lease is another host's by now: it is given up even if it is pinned */
	const unsigned char *mac;     /* the port to use if there are several, or null */
	const char *bridge;	      /* only the one on this bridge; or null */
	const struct in6_addr *given; /* addresses that the engine says it gave the container */
	int given_count;
	const struct exposed *expose;	 /* what the one who ran it says of its ports, or null */
	const struct exposed *published; /* and what its engine; both if one */
	const char
		*hostname; /* what the one who ran it calls it (v6hook.name), or null: not asked */
	const char *place; /* which it fills (struct instance), as it is known; or null */
	/*
	 * Whether this engine knows a container of this name: 1, 0 or -errno; for who
	 * must not read its answers (named_is_known). Null: it is asked directly.
	 */
	int (*known)(const struct config_engine *engine, const char *name);
	const char *instance; /* the engine's ID of the instance, if it is known; or null */
	const char *network;  /* the CNI network that it is attached for; or null */
	/*
	 * The attachment on which the decision was made, or null: if it is another by the time that
	 * the container is locked, nothing is done and -ESTALE returned, without a message.
	 */
	const struct attachment *expected;
	const struct allowance *allowance; /* null: the administrator's own request */
	const char *engine_config; /* the container's configuration file, if a hook told; or null */
	enum word word; /* whose hand asks; WORD_NONE: the service, a hook, the container */
	bool starts;	/* by the hook that starts the container */
	bool hook;	/* called by an engine's hook: a failure is recorded for list */
};

/* Asks for the recorded instance, if it is recorded still, whoever has its PID by now. */
static inline void request_again(struct request *q, const struct attachment *a)
{
	q->pid = a->pid;
	q->netns_dev = a->netns_dev;
	q->netns_inode = a->netns_inode;
	q->started = a->started;
	q->mac = a->mac;
	q->netns = a->pid ? NULL : a->netns_path;
	q->expected = a;
}

#endif
