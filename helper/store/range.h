/* Ranges of IPv6 addresses inside one /64: pure arithmetic on interface identifiers. */
#ifndef V6HOOK_RANGE_H
#define V6HOOK_RANGE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* From first to last, both included. */
struct range {
	uint64_t prefix; /* the upper 64 bits, host byte order */
	uint64_t first;	 /* interface identifiers (RFC 4291, 2.5.1), host byte order */
	uint64_t last;
};

/*
 * Reads PREFIX/LEN (64 <= LEN <= 128, no bits set beyond LEN), FIRST-LAST, or one ADDRESS.
 * A link's prefix is a /64 (RFC 4291, 2.5.1), so that a range never leaves one.
 * Returns 0, or -EINVAL with a message that quotes the text and says what to write instead.
 */
int range_parse(const char *text, struct range *ret, struct error *e);

/* The range that PREFIX/LEN covers, for len from 64 to 128; a shorter one counts as 64. */
struct range range_of_prefix(const struct in6_addr *prefix, unsigned int len);

bool range_contains(const struct range *r, const struct in6_addr *address);
bool range_overlaps(const struct range *a, const struct range *b);

/* Whether b lies wholly in a. */
bool range_covers(const struct range *a, const struct range *b);

/*
 * The largest prefix that holds the address, which lies in the range, and nothing beyond the range.
 * @ret_first: its first address. Returns its length, 64 to 128.
 */
unsigned int range_block(const struct range *r, const struct in6_addr *address,
			 struct in6_addr *ret_first);

/* The address with this prefix and interface identifier, and the way back. */
struct in6_addr range_address(uint64_t prefix, uint64_t interface_id);
uint64_t range_prefix_of(const struct in6_addr *address);
uint64_t range_interface_id(const struct in6_addr *address);

/*
 * The identifiers that no host may take, inside the /64 prefix: subnet-router anycast, and the
 * ones of RFC 5453 (IANA registry "Reserved IPv6 Interface Identifiers").
 * Returns how many it wrote to ret, which has room for RANGE_RESERVED.
 */
#define RANGE_RESERVED 3
size_t range_reserved(uint64_t prefix, struct range *ret);

#endif
