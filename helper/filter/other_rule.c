/*
 * One rule of another firewall: whether it is for a packet, and what becomes of that.
 *
 * Theory of operation: a rule is a list of expressions: some load something into a register (the
 * interface's name, part of the header), the next compare it, the last says what becomes of the
 * packet. A comparison that is understood and does not hold ends the rule (nf_tables:
 * include/uapi/linux/netfilter/nf_tables.h).
 */
#include "filter/other_rule.h"

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SADDR_OFFSET 8
#define DADDR_OFFSET 24 /* of the destination in the IPv6 header, RFC 8200 */
#define NEXT_HEADER_OFFSET 6

static uint32_t number(const struct nlattr *a)
{
	return a && nla_len(a) >= (int)sizeof(uint32_t) ? ntohl(nla_get_u32(a)) : 0;
}

/* What the last expression has loaded. */
enum loaded { OTHER, IN_NAME, OUT_NAME, IN_INDEX, OUT_INDEX, FAMILY, ETHERTYPE, ADDRESS, PROTOCOL };

/* One rule in the reading. */
struct rule {
	struct other_rule *is;
	enum loaded loaded;
	bool known;		/* the address is the container's, not that of somebody outside */
	struct in6_addr masked; /* what is loaded of it */
};

static void read_meta(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_META_MAX + 1];

	r->loaded = OTHER;
	if (nla_parse_nested(attr, NFTA_META_MAX, data, NULL) < 0 || !attr[NFTA_META_KEY])
		return;
	switch (number(attr[NFTA_META_KEY])) {
	case NFT_META_IIFNAME:
		r->loaded = IN_NAME;
		break;
	case NFT_META_OIFNAME:
		r->loaded = OUT_NAME;
		break;
	case NFT_META_IIF:
		r->loaded = IN_INDEX;
		break;
	case NFT_META_OIF:
		r->loaded = OUT_INDEX;
		break;
	case NFT_META_NFPROTO:
		r->loaded = FAMILY;
		break;
	case NFT_META_PROTOCOL:
		r->loaded = ETHERTYPE;
		break;
	case NFT_META_L4PROTO:
		r->loaded = PROTOCOL;
		break;
	}
}

static void read_payload(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_PAYLOAD_MAX + 1];

	r->loaded = OTHER;
	if (nla_parse_nested(attr, NFTA_PAYLOAD_MAX, data, NULL) < 0 ||
	    number(attr[NFTA_PAYLOAD_BASE]) != NFT_PAYLOAD_NETWORK_HEADER)
		return;
	switch (number(attr[NFTA_PAYLOAD_OFFSET])) {
	case SADDR_OFFSET:
	case DADDR_OFFSET:
		r->loaded = ADDRESS;
		r->known = (number(attr[NFTA_PAYLOAD_OFFSET]) == SADDR_OFFSET) == r->is->out;
		r->masked = r->is->way->address;
		break;
	case NEXT_HEADER_OFFSET:
		r->loaded = PROTOCOL;
		break;
	}
}

/* A mask leaves of the container's address what is in it, and of others that they are outside. */
static void read_mask(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_BITWISE_MAX + 1], *value[NFTA_DATA_MAX + 1];
	const uint8_t *mask;

	if (r->loaded != ADDRESS || nla_parse_nested(attr, NFTA_BITWISE_MAX, data, NULL) < 0 ||
	    !attr[NFTA_BITWISE_MASK] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_BITWISE_MASK], NULL) < 0 ||
	    !value[NFTA_DATA_VALUE]) {
		r->loaded = OTHER;
		return;
	}
	mask = nla_data(value[NFTA_DATA_VALUE]);
	for (size_t i = 0; i < 16 && i < (size_t)nla_len(value[NFTA_DATA_VALUE]); i++)
		r->masked.s6_addr[i] &= mask[i];
}

/* Whether a comparison's value is that of the packet. */
static bool is_equal(const struct rule *r, const struct nlattr *value)
{
	const struct other_way *way = r->is->way;
	const bool in = r->loaded == IN_NAME || r->loaded == IN_INDEX;
	const char *interface = in == r->is->out ? way->bridge : way->uplink;
	char name[IF_NAMESIZE] = "";
	const uint16_t ethertype = htons(ETH_P_IPV6);
	const uint8_t family = NFPROTO_IPV6;
	size_t len = (size_t)nla_len(value);
	uint32_t index;

	switch (r->loaded) {
	case IN_NAME:
	case OUT_NAME:
		/* padded with zeros, or short for a name with a "*" at its end */
		snprintf(name, sizeof(name), "%s", interface);
		return len <= sizeof(name) && memcmp(nla_data(value), name, len) == 0;
	case IN_INDEX:
	case OUT_INDEX:
		index = if_nametoindex(interface);
		return len == sizeof(index) && memcmp(nla_data(value), &index, len) == 0;
	case FAMILY:
		return len == sizeof(family) && memcmp(nla_data(value), &family, len) == 0;
	case ETHERTYPE:
		return len == sizeof(ethertype) && memcmp(nla_data(value), &ethertype, len) == 0;
	case ADDRESS:
		/* of who is outside a rule knows none */
		return r->known && len <= sizeof(r->masked) &&
		       memcmp(nla_data(value), &r->masked, len) == 0;
	default:
		return true;
	}
}

static void read_cmp(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_CMP_MAX + 1], *value[NFTA_DATA_MAX + 1];
	uint32_t op;

	r->is->unsure |= r->loaded == OTHER || r->loaded == PROTOCOL;
	if (nla_parse_nested(attr, NFTA_CMP_MAX, data, NULL) < 0 || !attr[NFTA_CMP_DATA] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_CMP_DATA], NULL) < 0 ||
	    !value[NFTA_DATA_VALUE] || r->loaded == OTHER)
		return;
	op = number(attr[NFTA_CMP_OP]);
	if (op != NFT_CMP_EQ && op != NFT_CMP_NEQ) {
		r->is->unsure = true;
		return;
	}
	if (r->loaded == PROTOCOL && op == NFT_CMP_EQ && nla_len(value[NFTA_DATA_VALUE]) == 1)
		r->is->protocol = nla_get_u8(value[NFTA_DATA_VALUE]);
	if (r->loaded == PROTOCOL)
		r->is->partial |= r->is->protocol == IPPROTO_ICMPV6;
	else
		r->is->fails |= is_equal(r, value[NFTA_DATA_VALUE]) != (op == NFT_CMP_EQ);
}

static void read_verdict(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_IMMEDIATE_MAX + 1], *value[NFTA_DATA_MAX + 1];
	struct nlattr *verdict[NFTA_VERDICT_MAX + 1];
	int code;

	if (nla_parse_nested(attr, NFTA_IMMEDIATE_MAX, data, NULL) < 0 ||
	    number(attr[NFTA_IMMEDIATE_DREG]) != NFT_REG_VERDICT || !attr[NFTA_IMMEDIATE_DATA] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_IMMEDIATE_DATA], NULL) < 0 ||
	    !value[NFTA_DATA_VERDICT] ||
	    nla_parse_nested(verdict, NFTA_VERDICT_MAX, value[NFTA_DATA_VERDICT], NULL) < 0)
		return;
	code = (int)number(verdict[NFTA_VERDICT_CODE]);
	r->is->accepts = code == NF_ACCEPT;
	r->is->drops = code == NF_DROP;
	r->is->returns = code == NFT_RETURN;
	if (code == NFT_JUMP || code == NFT_GOTO)
		r->is->jump = verdict[NFTA_VERDICT_CHAIN];
}

/* An extension of iptables': it may be about connections that are there already. */
static void read_match(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_MATCH_MAX + 1];

	r->is->unsure = true;
	if (nla_parse_nested(attr, NFTA_MATCH_MAX, data, NULL) == 0 && attr[NFTA_MATCH_NAME])
		r->is->answers |= nla_strcmp(attr[NFTA_MATCH_NAME], "conntrack") == 0 ||
				  nla_strcmp(attr[NFTA_MATCH_NAME], "state") == 0;
	r->is->partial |= r->is->answers;
}

/* What iptables' extensions do with a packet. */
static void read_target(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_TARGET_MAX + 1];

	r->is->drops |= nla_parse_nested(attr, NFTA_TARGET_MAX, data, NULL) == 0 &&
			attr[NFTA_TARGET_NAME] && nla_strcmp(attr[NFTA_TARGET_NAME], "REJECT") == 0;
}

static void read_expression(struct rule *r, struct nlattr *element)
{
	struct nlattr *attr[NFTA_EXPR_MAX + 1];
	const char *name;

	if (nla_parse_nested(attr, NFTA_EXPR_MAX, element, NULL) < 0 || !attr[NFTA_EXPR_NAME] ||
	    !attr[NFTA_EXPR_DATA])
		return;
	name = nla_get_string(attr[NFTA_EXPR_NAME]);
	if (strcmp(name, "meta") == 0)
		read_meta(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "payload") == 0)
		read_payload(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "cmp") == 0)
		read_cmp(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "bitwise") == 0)
		read_mask(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "immediate") == 0)
		read_verdict(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "match") == 0)
		read_match(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "target") == 0)
		read_target(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "reject") == 0)
		r->is->drops = true;
	else if (strcmp(name, "ct") == 0)
		r->is->partial = r->is->answers = true;
	else if (strcmp(name, "counter") != 0) {
		r->loaded = OTHER; /* looked for in a set, for instance */
		r->is->unsure = true;
	}
}

void other_rule_read(struct nlattr *expressions, struct other_rule *rule)
{
	struct rule r = { .is = rule };
	struct nlattr *element;
	int left;

	nla_for_each_nested(element, expressions, left) read_expression(&r, element);
}
