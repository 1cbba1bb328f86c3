/* What a packet says of one address: read from what anybody may have sent (RFC 4861, RFC 4443). */
#ifndef V6HOOK_SEEN_H
#define V6HOOK_SEEN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum seen_what {
	SEEN_NOTHING,  /* it is no IPv6, or a malformed message of Neighbour Discovery */
	SEEN_QUESTION, /* a solicitation: who has it? */
	SEEN_CLAIM,    /* one from ::, of duplicate address detection: it is about to be mine */
	SEEN_ANSWER,   /* an advertisement: it is here */
	SEEN_PACKET,   /* anything else that is sent to it */
};

struct seen {
	enum seen_what what;
	struct in6_addr about;	 /* the address that it is about */
	struct in6_addr from;	 /* its source address, */
	struct in6_addr to;	 /* and its destination */
	bool to_group;		 /* sent to a multicast group, not to one host */
	bool router, override;	 /* an answer's flags */
	bool has_mac;		 /* an answer says with which MAC, */
	unsigned char target[6]; /* this one */
};

/* What of a packet is enough: the header, the message, and an option or two. */
#define SEEN_ENOUGH 128

/*
 * Reads a packet from its IPv6 header on; it may be cut off behind SEEN_ENOUGH bytes. Messages of
 * Neighbour Discovery count if they cannot have passed a router (hop limit 255) and are whole.
 * Checksums are left to who acts on it. Returns what it is, and fills ret unless that is nothing.
 */
enum seen_what seen_read(const unsigned char *data, size_t len, struct seen *ret);

/* An echo request that was sent. */
struct seen_request {
	struct in6_addr from, to;
	uint16_t id; /* as on the wire */
};

/*
 * Whether an ICMPv6 message answers the request: an echo reply, an error (RFC 4443, 3) with the
 * request in it, or an advertisement of who was asked. @data: from the ICMPv6 header on
 */
bool seen_answers(const unsigned char *data, size_t len, const struct seen_request *q);

#endif
