/* What the parts of the lab's sender of raw frames share: frames.c. */
#ifndef FRAMES_H
#define FRAMES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMES_PORT 4242 /* where an ear listens: ear.c */

struct mac {
	uint8_t b[6];
};

/* What is sent: the keys of the command line. */
struct keys {
	struct mac own, smac, dmac, lladdr, via;
	struct in6_addr fe80, src, dst, target, dest, self, until;
	struct in_addr src4, dst4;
	int hops, sport, port, count, type;
	const char *token;
};

extern struct keys k;

/* A frame in the making. */
struct frame {
	uint8_t payload[1300]; /* what comes after IPv6's header, or after Ethernet's */
	size_t len;
	uint8_t proto;	    /* of the payload, if it is IPv6's */
	uint16_t ethertype; /* 0: IPv6 */
};

/* What can be sent, and what it is unless the command line says otherwise. */
struct kind {
	const char *name, *what;
	void (*build)(struct frame *f); /* fills in a frame by the keys */
	int hops, type;
	const char *dst;
};

extern const struct kind kinds[]; /* the last has no name */

/* Returns the kind of that name, or NULL. */
const struct kind *kind_of(const char *name);

/* The sum that IPv4, ICMP and UDP carry (RFC 1071), in network order; `sum` is what goes before. */
uint16_t checksum(uint32_t sum, const uint8_t *data, size_t len);

/*
 * Takes one of the command line's wraps: .1q:ID and .1ad:ID tags, hop and dst headers (each the
 * outermost first), split, late (the first fragment last), headless (no upper header in the first),
 * atomic (one fragment that is all). Returns -1 if it is none.
 */
int wrap(const char *text);

/* Whether there are extension headers. */
bool wrapped(void);

/* What is sent from now on is not wrapped. */
void unwrap(void);

/* Sends a frame, wrapped, by a packet socket on an interface. Ends the program if that fails. */
void send_frame(int fd, int ifindex, struct frame *f);

/* Ends the program with 2 and one line on stderr. */
void die(const char *what) __attribute__((noreturn));

#endif
