/* The child of the service that keeps what hosts share: it tells etcd that this host lives. */
#ifndef V6HOOK_SHARER_H
#define V6HOOK_SHARER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "known/context.h"

struct sharer {
	pid_t pid;	  /* 0: there is none */
	int64_t start_at; /* ms of the monotonic clock; INT64_MAX: never */
};

/* When one is to be started: ms of the monotonic clock, INT64_MAX while there is one. */
int64_t sharer_due(const struct sharer *s);

/* Starts one if hosts share containers. @c: must outlive it, or it be told by sharer_again */
void sharer_start(struct sharer *s, const struct context *c);

/* Ends it, for a new one that goes by another configuration. */
void sharer_again(struct sharer *s);

/* A process ended. Returns whether it was that. */
bool sharer_ended(struct sharer *s, pid_t pid);

/* Ends it with the service. What is let through is so for its time. */
void sharer_stop(struct sharer *s);

#endif
