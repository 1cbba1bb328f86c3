/*
 * A table of nf_tables as it is written down here: sets, chains, and rules as lists of terms.
 *
 * A rule is some loads, each followed by what its value must be, and a verdict at its end. What is
 * loaded one after another and not compared yet is one key, as the sets have them.
 */
#ifndef V6HOOK_FILTER_TABLE_H
#define V6HOOK_FILTER_TABLE_H

#include <netinet/in.h> /* before those of the kernel */

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum term_what {
	TERM_META,
	TERM_PAYLOAD,
	TERM_EXTENSION, /* of an IPv6 extension header */
	TERM_CT,
	TERM_FIB, /* what the routes say: a result by flags */
	TERM_MASK,
	TERM_COMPARE,
	TERM_LOOKUP,
	TERM_COUNTER, /* as iptables has in each rule; */
	TERM_REMARK,  /* its comment for people: value */
	TERM_VERDICT, /* ends the rule */
};

/* The members by what they are for; those of other kinds are 0. */
struct term {
	enum term_what what : 8;
	uint8_t key;		   /* of a meta, ct or fib load; a header's number */
	uint8_t base, offset, len; /* of what is loaded, of a value or a mask: len */
	uint32_t op;		   /* of a comparison; flags of a lookup or of fib; the verdict */
	/* one, as each pointer, and all between them, takes time when the static program starts */
	union {
		const char *value;   /* len bytes, in network order */
		const char *name;    /* of a set, or of the chain that is gone to */
		const char *comment; /* of a rule that drops, for people; or null */
	};
};

#define META(meta, bytes)                                               \
	{                                                               \
		.what = TERM_META, .key = NFT_META_##meta, .len = bytes \
	}
#define CT(ct, bytes)                                             \
	{                                                         \
		.what = TERM_CT, .key = NFT_CT_##ct, .len = bytes \
	}
/* whether there is no route to the sender by where the packet has come in */
#define NO_WAY_BACK                                                       \
	{ .what = TERM_FIB,                                               \
	  .key = NFT_FIB_RESULT_OIF,                                      \
	  .len = 4,                                                       \
	  .op = NFTA_FIB_F_SADDR | NFTA_FIB_F_IIF | NFTA_FIB_F_PRESENT }, \
		IS("\0\0\0\0")
#define PAYLOAD(header, at, bytes)                                                         \
	{                                                                                  \
		.what = TERM_PAYLOAD, .base = NFT_PAYLOAD_##header##_HEADER, .offset = at, \
		.len = bytes                                                               \
	}
#define ETHER(at, bytes) PAYLOAD(LL, at, bytes)
#define NETWORK(at, bytes) PAYLOAD(NETWORK, at, bytes)
#define TRANSPORT(at, bytes) PAYLOAD(TRANSPORT, at, bytes)
#define EXTENSION(header, at, bytes)                                              \
	{                                                                         \
		.what = TERM_EXTENSION, .key = header, .offset = at, .len = bytes \
	}
#define COMPARE(how, bytes)                                                \
	{                                                                  \
		.what = TERM_COMPARE, .op = NFT_CMP_##how, .value = bytes, \
		.len = sizeof(bytes) - 1                                   \
	}
#define MASK(bytes)                                                         \
	{                                                                   \
		.what = TERM_MASK, .value = bytes, .len = sizeof(bytes) - 1 \
	}
#define IS(bytes) COMPARE(EQ, bytes)
#define ISNT(bytes) COMPARE(NEQ, bytes)
#define BELOW(bytes) COMPARE(LT, bytes)
#define AT_LEAST(bytes) COMPARE(GTE, bytes)
#define AT_MOST(bytes) COMPARE(LTE, bytes)
#define IN(set)                                  \
	{                                        \
		.what = TERM_LOOKUP, .name = set \
	}
#define NOT_IN(set)                                                      \
	{                                                                \
		.what = TERM_LOOKUP, .name = set, .op = NFT_LOOKUP_F_INV \
	}
#define VERDICT(how)                                        \
	{                                                   \
		.what = TERM_VERDICT, .op = (uint32_t)(how) \
	}
#define ACCEPT VERDICT(NF_ACCEPT)
#define DROP VERDICT(NF_DROP)
#define RETURN VERDICT(NFT_RETURN)
#define GOTO(chain)                                                           \
	{                                                                     \
		.what = TERM_VERDICT, .op = (uint32_t)NFT_GOTO, .name = chain \
	}
#define JUMP(chain)                                                           \
	{                                                                     \
		.what = TERM_VERDICT, .op = (uint32_t)NFT_JUMP, .name = chain \
	}
#define DROP_AS(why)                                                \
	{                                                           \
		.what = TERM_VERDICT, .op = NF_DROP, .comment = why \
	}

/* nft(8)'s numbers of types, six bits each in a key of several (its enum datatypes). */
enum filter_type {
	FILTER_IPV4 = 7,
	FILTER_IPV6 = 8,
	FILTER_MAC = 9,
	FILTER_INDEX = 20,
	FILTER_NAME = 41,
	FILTER_PROTOCOL = 12,
	FILTER_PORT = 13,
};
#define TYPE2(a, b) ((a) << 6 | (b))
#define TYPE3(a, b, c) ((a) << 12 | (b) << 6 | (c))

struct filter_set {
	char name[16];
	uint32_t type; /* for nft(8), which shows the elements by it */
	uint32_t len;  /* of a key, in bytes: each part of it is padded to four */
	char comment[48];
};

struct filter_chain {
	char name[24];
	bool is_base; /* of type "filter" */
	uint32_t hook;
	int32_t priority;
	const struct term *terms;
	size_t count;
};

struct filter_table {
	const char *name;
	uint8_t family; /* NFPROTO_BRIDGE, ... */
	const char *comment;
	const struct filter_set *sets;
	size_t set_count;
	const struct filter_chain *chains;
	size_t chain_count;
	uint32_t expiring; /* bits of the sets whose elements may go by themselves */
};

#define FILTER_KEY_MAX 40      /* bytes */
#define FILTER_COMMENT_MAX 128 /* bytes with the end, as nft(8) has it */

/* One element of a set of a table. */
struct filter_element {
	uint8_t set; /* its place in the table's list */
	uint8_t len;
	uint8_t key[FILTER_KEY_MAX];
	char comment[FILTER_COMMENT_MAX];
};

#endif
