/*
 * What other firewalls on this host do with what is forwarded: looked at, never changed.
 *
 * Theory of operation: the chains of nf_tables are listed, and for each base chain that filters at
 * prerouting or at the forward hook the rules are read, then those of the chains to which they
 * jump. A rule is a list of expressions: some load something into a
 * register (the interface's name, part of the header), the next compare it, the last says what
 * becomes of the packet. A comparison that is understood and does not hold ends the rule. One that
 * is not understood is taken to hold where the rule accepts, and not to hold where it drops, so
 * that in doubt nothing is said (nf_tables: include/uapi/linux/netfilter/nf_tables.h).
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
#define SADDR_OFFSET 8
#define DADDR_OFFSET 24 /* of the destination in the IPv6 header, RFC 8200 */
#define NEXT_HEADER_OFFSET 6

struct chain {
	unsigned int family;
	bool early;  /* at prerouting */
	bool closed; /* its policy is drop */
	char table[NAME_MAX_LEN], name[NAME_MAX_LEN];
};

/* The base chains that filter. */
struct bases {
	struct chain list[16];
	size_t count;
};

/* The chains that a packet may come through, and what becomes of it. */
struct walk {
	const struct firewall_way *way;
	struct {
		char name[NAME_MAX_LEN];
		bool unsure; /* whether it is led here */
	} chains[CHAINS_MOST];
	size_t count, at;
	bool accepted; /* by one of their rules */
	bool dropped;
	bool drops; /* one drops something, whatever it is */
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

/* Keeps a base chain that filters at prerouting or at the forward hook. */
static int on_chain(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_CHAIN_MAX + 1], *hook[NFTA_HOOK_MAX + 1];
	const struct nfgenmsg *msg = nlmsg_data(h);
	struct bases *b = arg;
	struct chain *c;
	uint32_t at;

	/* most are of others: what guards bridges has many */
	if (msg->nfgen_family != NFPROTO_IPV6 && msg->nfgen_family != NFPROTO_INET)
		return 0;
	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(*msg), attr, NFTA_CHAIN_MAX, NULL) < 0)
		return -EBADMSG;
	if (!attr[NFTA_CHAIN_HOOK] || !attr[NFTA_CHAIN_POLICY] || !attr[NFTA_CHAIN_TABLE] ||
	    !attr[NFTA_CHAIN_NAME] || !attr[NFTA_CHAIN_TYPE] ||
	    nla_strcmp(attr[NFTA_CHAIN_TYPE], "filter") != 0 ||
	    nla_parse_nested(hook, NFTA_HOOK_MAX, attr[NFTA_CHAIN_HOOK], NULL) < 0 ||
	    b->count == sizeof(b->list) / sizeof(b->list[0]))
		return 0;
	at = number(hook[NFTA_HOOK_HOOKNUM]);
	if (at != NF_INET_PRE_ROUTING && at != NF_INET_FORWARD)
		return 0;
	c = &b->list[b->count++];
	c->family = msg->nfgen_family;
	c->early = at == NF_INET_PRE_ROUTING;
	c->closed = number(attr[NFTA_CHAIN_POLICY]) == NF_DROP;
	nla_strlcpy(c->table, attr[NFTA_CHAIN_TABLE], sizeof(c->table));
	nla_strlcpy(c->name, attr[NFTA_CHAIN_NAME], sizeof(c->name));
	return 0;
}

/* What the last expression has loaded. */
enum loaded { OTHER, IN_NAME, OUT_NAME, IN_INDEX, OUT_INDEX, SOURCE, DESTINATION, PROTOCOL };

/* One rule in the reading. */
struct rule {
	struct walk *walk;
	enum loaded loaded;
	struct in6_addr destination; /* what is loaded of it, masked */
	bool fails;		     /* it is not for the packet, */
	bool partial;		     /* or only for answers and for ICMPv6 */
	bool unsure;		     /* or for some that is not understood here */
	bool accepts, drops;
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
	if (number(attr[NFTA_PAYLOAD_OFFSET]) == SADDR_OFFSET)
		r->loaded = SOURCE;
	if (number(attr[NFTA_PAYLOAD_OFFSET]) == DADDR_OFFSET) {
		r->loaded = DESTINATION;
		r->destination = r->walk->way->address;
	}
	if (number(attr[NFTA_PAYLOAD_OFFSET]) == NEXT_HEADER_OFFSET)
		r->loaded = PROTOCOL;
}

/* A mask leaves of the destination what is in it, and of the source that it is somebody outside. */
static void read_mask(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_BITWISE_MAX + 1], *value[NFTA_DATA_MAX + 1];
	const uint8_t *mask;

	if ((r->loaded != SOURCE && r->loaded != DESTINATION) ||
	    nla_parse_nested(attr, NFTA_BITWISE_MAX, data, NULL) < 0 || !attr[NFTA_BITWISE_MASK] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_BITWISE_MASK], NULL) < 0 ||
	    !value[NFTA_DATA_VALUE]) {
		r->loaded = OTHER;
		return;
	}
	mask = nla_data(value[NFTA_DATA_VALUE]);
	for (size_t i = 0; i < 16 && i < (size_t)nla_len(value[NFTA_DATA_VALUE]); i++)
		r->destination.s6_addr[i] &= mask[i];
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
		return len <= sizeof(r->destination) &&
		       memcmp(nla_data(value), &r->destination, len) == 0;
	case SOURCE:
		return false; /* from outside: none that a rule knows */
	default:
		return true;
	}
}

static void read_cmp(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_CMP_MAX + 1], *value[NFTA_DATA_MAX + 1];
	uint32_t op;

	r->unsure |= r->loaded == OTHER || r->loaded == PROTOCOL;
	if (nla_parse_nested(attr, NFTA_CMP_MAX, data, NULL) < 0 || !attr[NFTA_CMP_DATA] ||
	    nla_parse_nested(value, NFTA_DATA_MAX, attr[NFTA_CMP_DATA], NULL) < 0 ||
	    !value[NFTA_DATA_VALUE] || r->loaded == OTHER)
		return;
	op = number(attr[NFTA_CMP_OP]);
	if (op != NFT_CMP_EQ && op != NFT_CMP_NEQ) {
		r->unsure = true;
		return;
	}
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
	r->drops = code == NF_DROP;
	if (code == NFT_JUMP || code == NFT_GOTO)
		r->jump = verdict[NFTA_VERDICT_CHAIN];
}

/* An extension of iptables': it may be about connections that are there already. */
static void read_match(struct rule *r, struct nlattr *data)
{
	struct nlattr *attr[NFTA_MATCH_MAX + 1];

	r->unsure = true;
	if (nla_parse_nested(attr, NFTA_MATCH_MAX, data, NULL) == 0 && attr[NFTA_MATCH_NAME])
		r->partial |= nla_strcmp(attr[NFTA_MATCH_NAME], "conntrack") == 0 ||
			      nla_strcmp(attr[NFTA_MATCH_NAME], "state") == 0;
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
	else if (strcmp(name, "ct") == 0)
		r->partial = true;
	else if (strcmp(name, "counter") != 0) {
		r->loaded = OTHER; /* looked for in a set, for instance */
		r->unsure = true;
	}
}

/* A rule that accepts ends the walk, one that jumps makes it longer. */
static int on_rule(const struct nlmsghdr *h, void *arg)
{
	struct nlattr *attr[NFTA_RULE_MAX + 1], *element;
	struct walk *w = arg;
	struct rule r = { .walk = w, .unsure = w->chains[w->at].unsure };
	char name[NAME_MAX_LEN];
	int left;

	if (nlmsg_parse((struct nlmsghdr *)h, sizeof(struct nfgenmsg), attr, NFTA_RULE_MAX, NULL) <
	    0)
		return -EBADMSG;
	if (!attr[NFTA_RULE_EXPRESSIONS])
		return 0;
	nla_for_each_nested(element, attr[NFTA_RULE_EXPRESSIONS], left)
		read_expression(&r, element);
	w->drops |= r.drops;
	if (r.fails)
		return 0;
	w->accepted |= r.accepts && !r.partial;
	w->dropped |= r.drops && !r.partial && !r.unsure;
	if (!r.jump || w->count == CHAINS_MOST)
		return 0;
	nla_strlcpy(name, r.jump, sizeof(name));
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->chains[i].name, name) == 0)
			return 0;
	w->chains[w->count].unsure = r.partial || r.unsure;
	memcpy(w->chains[w->count++].name, name, sizeof(name));
	return 0;
}

/* Reads the base chain and those that it leads to, as long as none accepts. Returns 0 or -errno. */
static int walk(struct nl_sock *s, const struct chain *base, struct walk *w)
{
	int r = 0;

	memcpy(w->chains[0].name, base->name, sizeof(base->name));
	w->count = 1;
	for (w->at = 0; r == 0 && w->at < w->count && !w->accepted; w->at++) {
		_nl_msg_ struct nl_msg *m = message(NFT_MSG_GETRULE, base->family);

		if (!m || nla_put_string(m, NFTA_RULE_TABLE, base->table) < 0 ||
		    nla_put_string(m, NFTA_RULE_CHAIN, w->chains[w->at].name) < 0)
			return -ENOMEM;
		r = nl_ask(s, m, on_rule, w);
	}
	return r;
}

enum firewall firewall_look(const struct firewall_way *way, char *out, size_t size)
{
	_nl_sock_ struct nl_sock *s = NULL;
	_nl_msg_ struct nl_msg *m = NULL;
	enum firewall found = FIREWALL_NONE;
	struct bases bases = { .count = 0 };
	struct error ignored;

	if (nl_open_filter(&s, &ignored) < 0)
		return FIREWALL_NONE;
	m = message(NFT_MSG_GETCHAIN, AF_UNSPEC);
	if (nl_ask(s, m, on_chain, &bases) < 0)
		return FIREWALL_NONE;
	for (size_t i = 0; i < bases.count && found != FIREWALL_DROPS_EARLY; i++) {
		const struct chain *c = &bases.list[i];
		struct walk w = { .way = way };
		bool drops = walk(s, c, &w) == 0 && !w.accepted && (w.dropped || c->closed);

		if (found == FIREWALL_NONE && (w.drops || c->closed))
			found = FIREWALL_ACCEPTS;
		if (!drops || (found == FIREWALL_DROPS && !c->early))
			continue;
		found = c->early ? FIREWALL_DROPS_EARLY : FIREWALL_DROPS;
		snprintf(out, size, "%s %.60s %.60s", c->family == NFPROTO_INET ? "inet" : "ip6",
			 c->table, c->name);
	}
	return found;
}
