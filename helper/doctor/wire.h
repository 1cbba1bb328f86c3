/* From the wire: what the uplink shows of a range, and what that means for the configuration. */
#ifndef V6HOOK_DOCTOR_WIRE_H
#define V6HOOK_DOCTOR_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>

#include "doctor/exam.h"
#include "net/uplink.h"
#include "net/witness.h"

/* One address that is listened for, and what was seen of it. */
struct wire_one {
	struct in6_addr address;
	bool there; /* is listened for at all */

	/* the rest is wire_take's: zeros at first */
	unsigned int questions;	 /* to all: who asks does not know where it is */
	unsigned int rechecks;	 /* to this host alone: who asks knows */
	unsigned int again;	 /* questions of one who had an answer and sent nothing since */
	unsigned int answers;	 /* this host's */
	unsigned int packets;	 /* that came for it, */
	unsigned int unasked;	 /* before any question did */
	bool answered;		 /* the last question was, and nothing came since */
	struct witnessed asker;	 /* the last question, */
	struct witnessed answer; /* the last answer of this host's, */
	struct witnessed other;	 /* and the last of another who says that it is theirs */
	bool others;
};

/* What is known beforehand, and what was heard. */
struct wire {
	const struct uplink *uplink;
	const char *pool, *range, *config_path; /* for the messages */
	const char *container;			/* whose the served address is, or null */
	bool routed;				/* so the configuration says */
	unsigned int seconds;			/* to listen at most */
	bool has_router, has_source;
	struct in6_addr router; /* the default one, */
	struct in6_addr source; /* and an address of the host's, on the uplink */
	struct wire_one served; /* of a container that is attached: this host answers for it */
	struct wire_one fresh;	/* nobody's: no router knows of it */

	/* the rest is what was heard */
	bool router_answers; /* the host itself, if nothing else came */
};

/* Takes one packet in. */
void wire_take(struct wire *w, const struct witnessed *seen);

/* Whether nothing more could be learnt. */
bool wire_is_clear(const struct wire *w);

/*
 * Listens, and has the router answer to the addresses; if that tells too little, asks the user for
 * a ping from outside, and goes on. Returns 0 or -errno.
 */
int wire_listen(struct wire *w, struct error *e);

/* What it means: findings wire.upstream, wire.answer and wire.owner. */
void wire_tell_upstream(const struct wire *w, struct exam *x);
void wire_tell_answer(const struct wire *w, struct exam *x);
void wire_tell_owner(const struct wire *w, struct exam *x);

#endif
