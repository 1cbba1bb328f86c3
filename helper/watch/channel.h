/* The applier's end of what the parser tells: one parser after the other, and their records. */
#ifndef V6HOOK_CHANNEL_H
#define V6HOOK_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/config.h"
#include "watch/loop.h"
#include "watch/record.h"

struct channel {
	struct loop *loop;
	enum engine engine;   /* whose containers are told */
	loop_handler handler; /* of what a parser tells */
	void *arg;
	int fd;		    /* -1: no parser tells */
	pid_t pid;	    /* of the parser; 0: there is none */
	bool held;	    /* not read from at the moment */
	int64_t connect_at; /* when to start the next, in ms of the monotonic clock; INT64_MAX:
			       never */
	unsigned int pause; /* ms between two of them; grows while they fail */
	int64_t silent_since;
	bool heard;	 /* the engine has told what runs since then, or that it has not is told */
	char waits[512]; /* for what it waits, if that is told and it does still; or "" */
};

/* A channel that may start its first parser at once. @handler: called when that tells something */
struct channel channel_new(struct loop *loop, enum engine engine, loop_handler handler, void *arg);

/* When the next parser may be started: ms of the monotonic clock, INT64_MAX while there is one. */
int64_t channel_due(const struct channel *c);

/* Starts a parser, if the engine is served and there is a socket to connect to. */
void channel_start(struct channel *c, const struct config *config);

/*
 * Lets the parser go, and another begin at once with a list of what runs. The former one ends as
 * this end of its socket is closed.
 */
void channel_again(struct channel *c);

/*
 * Finds out what it waits for, when the engine has said nothing for long. Returns true once, with
 * c->waits filled in: it is to be told.
 */
bool channel_is_silent(struct channel *c, const struct config *config);

/* Reads no more from the parser, or does again: the socket then makes it wait. */
void channel_hold(struct channel *c, bool hold);

/*
 * Takes one record. A parser that has listed what runs does well: the next one need not wait, and
 * nor does anybody for the engine.
 * Returns 1; 0 if there is none now, or the parser ends; or -EBADMSG if its record makes no sense:
 * then it is let go.
 */
int channel_take(struct channel *c, struct record *ret);

/* A process ended. Returns whether it was the parser. */
bool channel_ended(struct channel *c, pid_t pid);

#endif
