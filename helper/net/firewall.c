/*
 * What other firewalls on this host do with what is forwarded: looked at, never changed.
 *
 * Theory of operation: the chains of nf_tables are listed, and for each base chain at the forward
 * hook whose policy is drop the rules are read, then those of the chains to which they jump. A rule
 * is a list of expressions: some load something into a register (the interface's name, part of the
 * header), the next compare it, the last says what becomes of the packet. A comparison that is
 * understood and does not hold ends the rule; one that is not understood is taken to hold, so that
 * in doubt nothing is said (nf_tables: include/uapi/linux/netfilter/nf_tables.h).
 */
#include "net/firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "wire/nl.h"

#define CHAINS_MOST 64 /* that are followed from one base chain */
#define NAME_MAX_LEN 256
#define DADDR_OFFSET 24 /* of the destination in the IPv6 header, RFC 8200 */
#define NEXT_HEADER_OFFSET 6

struct chain {
	unsigned int family;
	char table[NAME_MAX_LEN], name[NAME_MAX_LEN];
};

/* The base chains that drop. */
struct drops {
	struct chain list[8];
	size_t count;
};

/* The chains that a packet may come through, and whether one accepts it. */
struct walk {
	const struct firewall_way *way;
	char names[CHAINS_MOST][NAME_MAX_LEN];
	size_t count;
	bool accepted;
};

static uint32_t number(const struct nlattr *a)
{
	return a && nla_len(a) >= (int)sizeof(uint32_t) ? ntohl(nla_get_u32(a)) : 0;
}

static struct nl_msg *message(int type, unsigned int family)
{
	const struct nfgenmsg msg = { .nfgen_family = (uint8_t)family, .version = NFNETLINK_V0 };

	return nl_new(NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_DUMP, &msg, sizeof(msg));
}

/* Keeps a base chain at the forward hook whose policy is drop. */
static int on_chain(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct nfgenmsg *msg = nlmsg_data(h);
	struct drops *d = arg;
	struct chain *c;

	/* most are of others: what guards bridges has many */
	if (msg->nfgen_family != NFPROTO_IPV6 && msg->nfgen_family != NFPROTO_INET)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, NFTA_CHAIN_MAX, NULL) < 0)
		return -EBADMSG;
	if (!attr[NFTA_CHAIN_HOOK] || !attr[NFTA_CHAIN_POLICY] || !attr[NFTA_CHAIN_TABLE] ||
	    !attr[NFTA_CHAIN_NAME] || number(attr[NFTA_CHAIN_POLICY]) != NF_DROP ||
	    nla_parse_nested(hook, NFTA_HOOK_MAX, attr[NFTA_CHAIN_HOOK], NULL) < 0 ||
	    number(hook[NFTA_HOOK_HOOKNUM]) != NF_INET_FORWARD ||
	    d->count == sizeof(d->list) / sizeof(d->list[0]))
		return 0;
	c = &d->list[d->count++];
	c->family = msg->nfgen_family;
	nla_strlcpy(c->table, attr[NFTA_CHAIN_TABLE], sizeof(c->table));
	nla_strlcpy(c->name, attr[NFTA_CHAIN_NAME], sizeof(c->name));
	return 0;
}

/* What the last expression has loaded. */
enum loaded { OTHER, IN_NAME, OUT_NAME, IN_INDEX, OUT_INDEX, DESTINATION, PROTOCOL };

/* One rule in the reading. */
struct rule {
	struct walk *walk;
	enum loaded loaded;
	bool fails;   /* it is not for the packet, */
	bool partial; /* or only for answers and for ICMPv6 */
	bool accepts;
	const struct nlattr *jump; /* a chain's name */
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
	if (number(attr[NFTA_PAYLOAD_OFFSET]) == DADDR_OFFSET)
		r->loaded = DESTINATION;
	if (number(attr[NFTA_PAYLOAD_OFFSET]) == NEXT_HEADER_OFFSET)
		r->loaded = PROTOCOL;
}

/* Whether a comparison's value is that of the packet. */
static bool is_equal(const struct rule *r, const struct nlattr *value)
{
	const struct firewall_way *way = r->walk->way;
	char name[IF_NAMESIZE] = "";
	size_t len = (size_t)nla_len(value);
	uint32_t index;

	switch (r->loaded) {
	case IN_NAME:
	case OUT_NAME:
		/* padded with zeros, or short for a name with a "*" at its end */
		snprintf(name, sizeof(name), "%s",
			 r->loaded == IN_NAME ? way->uplink : way->bridge);
		return len <= sizeof(name) && memcmp(nla_data(value), name, len) == 0;
	case IN_INDEX:
	case OUT_INDEX:
		index = if_nametoindex(r->loaded == IN_INDEX ? way->uplink : way->bridge);
		return len == sizeof(index) && memcmp(nla_data(value), &index, len) == 0;
	case DESTINATION:
		return len <= sizeof(way->address) &&
		       memcmp(nla_data(value), &way->address, len) == 0;
	default:
		return true;
	}
}

static void read_cmp(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_CMP_MAX + 1], *value[NFTA_DATA_MAX + 1];
	uint32_t op;

	if (nla_parse_nested(attr, NFTA_CMP_MAX, data, NULL) < 0 || !attr[NFTA_CMP_DATA] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_CMP_DATA], NULL) < 0 ||
	    !value[NFTA_DATA_VALUE] || r->loaded == OTHER)
		return;
	op = number(attr[NFTA_CMP_OP]);
	if (op != NFT_CMP_EQ && op != NFT_CMP_NEQ)
		return;
	if (r->loaded == PROTOCOL)
		r->partial |= op == NFT_CMP_EQ && nla_len(value[NFTA_DATA_VALUE]) == 1 &&
			      nla_get_u8(value[NFTA_DATA_VALUE]) == IPPROTO_ICMPV6;
	else
		r->fails |= is_equal(r, value[NFTA_DATA_VALUE]) != (op == NFT_CMP_EQ);
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
	r->accepts = code == NF_ACCEPT;
	if (code == NFT_JUMP || code == NFT_GOTO)
		r->jump = verdict[NFTA_VERDICT_CHAIN];
}

/* An extension of iptables': whether it is about connections that are there already. */
static bool is_state(struct nlattr *data)
{
	struct nlattr *attr[NFTA_MATCH_MAX + 1];

	return nla_parse_nested(attr, NFTA_MATCH_MAX, data, NULL) == 0 && attr[NFTA_MATCH_NAME] &&
	       (nla_strcmp(attr[NFTA_MATCH_NAME], "conntrack") == 0 ||
		nla_strcmp(attr[NFTA_MATCH_NAME], "state") == 0);
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
	else if (strcmp(name, "immediate") == 0)
		read_verdict(r, attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "match") == 0)
		r->partial |= is_state(attr[NFTA_EXPR_DATA]);
	else if (strcmp(name, "ct") == 0)
		r->partial = true;
	else if (strcmp(name, "counter") != 0)
		r->loaded = OTHER; /* masked, or looked for in a set */
}

/* A rule that accepts ends the walk, one that jumps makes it longer. */
static int on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_RULE_MAX + 1], *element;
	struct walk *w = arg;
	struct rule r = { .walk = w };
	char name[NAME_MAX_LEN];
	int left;

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct nfgenmsg), attr, NFTA_RULE_MAX, NULL) <
	    0)
		return -EBADMSG;
	if (!attr[NFTA_RULE_EXPRESSIONS])
		return 0;
	nla_for_each_nested(element, attr[NFTA_RULE_EXPRESSIONS], left)
		read_expression(&r, element);
	if (r.fails)
		return 0;
	w->accepted |= r.accepts && !r.partial;
	if (!r.jump || w->count == CHAINS_MOST)
		return 0;
	nla_strlcpy(name, r.jump, sizeof(name));
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->names[i], name) == 0)
			return 0;
	memcpy(w->names[w->count++], name, sizeof(name));
	return 0;
}

/* Whether the base chain, or one that it leads to, accepts what comes on this way. */
static bool accepts(struct nl_sock *s, const struct chain *base, const struct firewall_way *way)
{
	struct walk w = { .way = way, .count = 1 };

	memcpy(w.names[0], base->name, sizeof(base->name));
	for (size_t i = 0; i < w.count && !w.accepted; i++) {
		_nl_msg_ struct nl_msg *m = message(NFT_MSG_GETRULE, base->family);

		if (!m || nla_put_string(m, NFTA_RULE_TABLE, base->table) < 0 ||
		    nla_put_string(m, NFTA_RULE_CHAIN, w.names[i]) < 0 ||
		    nl_ask(s, m, on_rule, &w) < 0)
			return true;
	}
	return w.accepted;
}

enum firewall firewall_look(const struct firewall_way *way, char *out, size_t size)
{
	_nl_sock_ struct nl_sock *s = NULL;
	_nl_msg_ struct nl_msg *m = NULL;
	struct drops drops = { .count = 0 };
	struct error ignored;

	if (nl_open_filter(&s, &ignored) < 0)
		return FIREWALL_NONE;
	m = message(NFT_MSG_GETCHAIN, AF_UNSPEC);
	if (nl_ask(s, m, on_chain, &drops) < 0)
		return FIREWALL_NONE;
	for (size_t i = 0; i < drops.count; i++) {
		const struct chain *c = &drops.list[i];

		if (accepts(s, c, way))
			continue;
		snprintf(out, size, "%s %.60s %.60s", c->family == NFPROTO_INET ? "inet" : "ip6",
			 c->table, c->name);
		return FIREWALL_DROPS;
	}
	return drops.count ? FIREWALL_ACCEPTS : FIREWALL_NONE;
}
